/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <vulkan/vulkan.h>

#include "library-fixture.h"
#include "pent-banner.h"
#include "pent-data-dir.h"
#include "pent-draft.h"

/* What can go wrong under a window that is in use: it stays, says so in a
 * sentence, offers one thing to do, and loses nothing. */

#define MANY_STEPS 150
#define LARGE      512   /* at this size a run with many steps goes on for long */

static void
submit (Fixture *fixture, const char *model, const char *device, int side, int steps)
{
  g_autoptr (PentRequest) request = pent_request_new ();

  g_free (request->prompt);
  request->prompt = g_strdup ("a red boat");
  request->model = g_strdup (model);
  g_free (request->device);
  request->device = g_strdup (device);
  request->width = request->height = side;
  request->steps = steps;
  pent_window_submit (fixture->window, request);
}

static gboolean
has_preview (Fixture *fixture)
{
  PentRect area;

  return pent_document_get_preview (pent_window_get_document (fixture->window), &area) != NULL;
}

static GtkWidget *
get_answer (Fixture *fixture)
{
  GtkWidget *banner = fixture_child (fixture, "banner");
  GtkWidget *answers = GTK_WIDGET (gtk_widget_get_template_child (banner, PENT_TYPE_BANNER, "answers"));

  return gtk_widget_get_first_child (answers);
}

/* One sentence with these words, and one answer. */
static void
assert_says (Fixture *fixture, const char *words, const char *answer)
{
  const char *message = pent_banner_get_message (fixture_child (fixture, "banner"));

  g_assert_true (fixture_shows_error (fixture));
  if (strstr (message, words) == NULL)
    g_error ("“%s” does not say “%s”", message, words);
  GtkWidget *button = get_answer (fixture);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (button)), ==, answer);
  g_assert_null (gtk_widget_get_next_sibling (button));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (fixture->window)));
}

/* By the pointer. The job that failed is painted, and what was said goes. */
static void
try_again (Fixture *fixture, int n_stored)
{
  hand_click_widget (get_answer (fixture));
  g_assert_false (fixture_shows_error (fixture));
  fixture_wait (fixture);
  if (fixture_shows_error (fixture))
    g_error ("“%s”", pent_banner_get_message (fixture_child (fixture, "banner")));
  g_assert_cmpint (fixture_count_stored (), ==, n_stored);
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture->queue)), ==, 0);
}

/* --- the model --- */

static void
copy_all (const char *from, const char *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const char *name;

  g_assert_cmpint (g_mkdir (to, 0700), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inner = g_build_filename (from, name, NULL);
      g_autofree char *copy = g_build_filename (to, name, NULL);
      g_autoptr (GFile) file = g_file_new_for_path (inner);
      g_autoptr (GFile) other = g_file_new_for_path (copy);
      if (g_file_test (inner, G_FILE_TEST_IS_DIR))
        copy_all (inner, copy);
      else
        g_assert_true (g_file_copy (file, other, 0, NULL, NULL, NULL, NULL));
    }
}

/* What runs is finished with what is in memory; what comes next cannot be
 * painted until the model is back. */
static void
test_model_removed (gconstpointer application)
{
  Fixture fixture;
  Folder folder;
  int n_stored = fixture_count_stored ();
  g_autofree char *starter = pent_data_path ("starter", NULL);

  folder_set_up (&folder, NULL);
  g_autofree char *model = folder_file (&folder, "model");
  g_autofree char *away = folder_file (&folder, "away");
  copy_all (starter, model);
  fixture_open (&fixture, (gpointer) application, NULL);
  submit (&fixture, model, "auto", 128, 40);
  hand_wait (has_preview (&fixture));
  g_assert_cmpint (g_rename (model, away), ==, 0);
  fixture_wait (&fixture);
  g_assert_false (fixture_shows_error (&fixture));
  g_assert_cmpint (fixture_count_stored (), ==, n_stored + 1);

  g_autoptr (PentImage) painted = pent_image_ref (pent_document_get_picture (pent_window_get_document (fixture.window)));
  pent_queue_unload (fixture.queue);
  submit (&fixture, model, "auto", 128, 2);
  fixture_wait (&fixture);
  assert_says (&fixture, model, "_Try Again");
  g_assert_true (pent_document_get_picture (pent_window_get_document (fixture.window)) == painted);
  g_assert_cmpint (g_rename (away, model), ==, 0);
  try_again (&fixture, n_stored + 2);
  fixture_close (&fixture);
  folder_tear_down (&folder, NULL);
}

/* --- what is dropped --- */

/* From a label of the window, as if a file manager were there. */
static void
drop (Fixture *fixture, const char *path)
{
  GtkWidget *label = fixture_child (fixture, "size_label");
  GtkDragSource *source = gtk_drag_source_new ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList files = { .data = file };
  GdkFileList *list = gdk_file_list_new_from_list (&files);
  g_autoptr (GdkContentProvider) content = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  gtk_drag_source_set_content (source, content);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  hand_carry (label, GTK_WIDGET (fixture->canvas));
  hand_wait (fixture_shows_error (fixture));
  gtk_widget_remove_controller (label, GTK_EVENT_CONTROLLER (source));
}

/* Neither words nor nothing at all nor what is not there is a picture. */
static void
test_dropped (gconstpointer application)
{
  Fixture fixture;
  Folder folder;
  static const struct { const char *name; const char *contents; } files[] = {
    { "words.png", "These are words, and no picture." }, { "empty.png", "" }, { "missing.png", NULL },
    { "cut.png", "\x89PNG\r\n\x1a\n" },
  };

  folder_set_up (&folder, NULL);
  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 64, 64);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (pent_window_get_document (fixture.window)));
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = folder_file (&folder, files[i].name);
      if (files[i].contents != NULL)
        g_assert_true (g_file_set_contents (path, files[i].contents, -1, NULL));
      pent_banner_hide (fixture_child (&fixture, "banner"));
      drop (&fixture, path);
      assert_says (&fixture, files[i].name, "_Open Another…");
      g_assert_true (pent_document_get_picture (pent_window_get_document (fixture.window)) == before);
    }
  fixture_close (&fixture);
  folder_tear_down (&folder, NULL);
}

/* --- the disk --- */

/* Files cannot grow any more, or can again. */
static void
fill_disk (gboolean full)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = full ? 0 : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The picture is on the canvas all the same, is in the draft as soon as there
 * is room, and can be painted again. */
static void
test_disk_full (gconstpointer application)
{
  Fixture fixture;
  Folder folder;
  int n_stored = fixture_count_stored ();

  folder_set_up (&folder, NULL);
  g_autofree char *draft_folder = folder_file (&folder, "draft");
  fixture_open (&fixture, (gpointer) application, draft_folder);
  PentDocument *document = pent_window_get_document (fixture.window);
  submit (&fixture, NULL, "auto", 128, 20);
  hand_wait (has_preview (&fixture));
  fill_disk (TRUE);
  fixture_wait (&fixture);
  g_assert_nonnull (pent_document_get_picture (document));
  g_assert_cmpint (fixture_count_stored (), ==, n_stored);
  assert_says (&fixture, "disk", "_Try Again");

  fill_disk (FALSE);
  g_autoptr (PentImage) painted = pent_image_ref (pent_document_get_picture (document));
  try_again (&fixture, n_stored + 1);
  g_assert_cmpint (pent_document_get_width (document), ==, painted->width);
  fixture_close (&fixture);

  g_autoptr (PentDraft) draft = pent_draft_new (draft_folder);
  g_autoptr (PentCanvasState) state = NULL;
  g_assert_true (pent_draft_load (draft, &state, NULL));
  g_assert_nonnull (state->picture);
  folder_tear_down (&folder, NULL);
}

/* The draft alone could not be written: that is said once, and closing the
 * window writes it. */
static void
test_draft_disk_full (gconstpointer application)
{
  Fixture fixture;
  Folder folder;

  folder_set_up (&folder, NULL);
  g_autofree char *draft_folder = folder_file (&folder, "draft");
  fixture_open (&fixture, (gpointer) application, draft_folder);
  fill_disk (TRUE);
  fixture_open_picture (&fixture, 64, 64);
  hand_wait (fixture_shows_error (&fixture));
  fill_disk (FALSE);
  fixture_close (&fixture);

  g_autoptr (PentDraft) draft = pent_draft_new (draft_folder);
  g_autoptr (PentCanvasState) state = NULL;
  g_assert_true (pent_draft_load (draft, &state, NULL));
  g_assert_nonnull (state);
  g_assert_nonnull (state->picture);
  folder_tear_down (&folder, NULL);
}

/* --- the device --- */

/* What the functions below have no other way to know. They stand between the
 * studio and the Vulkan loader: a device that is lost stays lost, and one that
 * is opened later works. */
static struct
{
  PFN_vkGetInstanceProcAddr get_instance;
  PFN_vkGetDeviceProcAddr   get_device;
  PFN_vkQueueSubmit         submit;
  gboolean                  is_lost;  /* the one that was opened last */
  int                       n_lost;   /* atomic */
  gboolean                  break_it; /* atomic */
} vulkan;

void *__real_dlsym (void *library, const char *name);
void *__wrap_dlsym (void *library, const char *name);

static VkResult
submit_or_lose (VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
  if (g_atomic_int_compare_and_exchange (&vulkan.break_it, TRUE, FALSE))
    {
      vulkan.is_lost = TRUE;
      g_atomic_int_inc (&vulkan.n_lost);
    }
  return vulkan.is_lost ? VK_ERROR_DEVICE_LOST : vulkan.submit (queue, n, infos, fence);
}

static PFN_vkVoidFunction
get_device_proc (VkDevice device, const char *name)
{
  if (!g_str_equal (name, "vkQueueSubmit"))
    return vulkan.get_device (device, name);
  vulkan.submit = (PFN_vkQueueSubmit) vulkan.get_device (device, name);
  vulkan.is_lost = FALSE;
  return (PFN_vkVoidFunction) submit_or_lose;
}

static PFN_vkVoidFunction
get_instance_proc (VkInstance instance, const char *name)
{
  if (!g_str_equal (name, "vkGetDeviceProcAddr"))
    return vulkan.get_instance (instance, name);
  vulkan.get_device = (PFN_vkGetDeviceProcAddr) vulkan.get_instance (instance, name);
  return (PFN_vkVoidFunction) get_device_proc;
}

void *
__wrap_dlsym (void *library, const char *name)
{
  if (!g_str_equal (name, "vkGetInstanceProcAddr"))
    return __real_dlsym (library, name);
  vulkan.get_instance = (PFN_vkGetInstanceProcAddr) __real_dlsym (library, name);
  return get_instance_proc;
}

static void
test_device_lost (gconstpointer application)
{
  Fixture fixture;
  int n_stored = fixture_count_stored ();

  fixture_open (&fixture, (gpointer) application, NULL);
  fixture_open_picture (&fixture, 64, 64);
  g_autoptr (PentImage) before = pent_image_ref (pent_document_get_picture (pent_window_get_document (fixture.window)));
  submit (&fixture, NULL, "vulkan", 64, 4);
  hand_wait (!fixture_is_busy (&fixture) || has_preview (&fixture));
  if (vulkan.submit == NULL)
    {
      g_test_skip ("this machine has no Vulkan driver");
      fixture_close (&fixture);
      return;
    }
  g_atomic_int_set (&vulkan.break_it, TRUE);
  fixture_wait (&fixture);
  g_assert_cmpint (g_atomic_int_get (&vulkan.n_lost), ==, 1);
  assert_says (&fixture, "was lost", "_Try Again");
  g_assert_true (pent_document_get_picture (pent_window_get_document (fixture.window)) == before);
  g_assert_cmpint (fixture_count_stored (), ==, n_stored);
  try_again (&fixture, n_stored + 1);
  fixture_close (&fixture);
}

/* --- the display --- */

static gboolean
is_drafted (PentDraft *draft, PentDocument *document)
{
  g_autoptr (PentCanvasState) state = NULL;

  return pent_draft_load (draft, &state, NULL) && state != NULL && state->picture != NULL
         && pent_tile_mask_equal (state->mask, pent_document_get_mask (document));
}

static gboolean
tick_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

/* In a process and on a display of its own: one picture is painted, a mask, and
 * a second picture is on its way. Tells when the draft has all of it. */
static G_NORETURN void
work_until_it_ends (const char *draft_folder)
{
  Fixture fixture;
  g_autoptr (PentApplication) application = pent_application_new ();
  g_autoptr (PentDraft) draft = pent_draft_new (draft_folder);
  gboolean tick = TRUE;

  /* The other process waits for this one. */
  g_application_set_flags (G_APPLICATION (application), G_APPLICATION_NON_UNIQUE);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  fixture_open (&fixture, application, draft_folder);
  submit (&fixture, NULL, "auto", 128, 2);
  fixture_wait (&fixture);
  gtk_range_set_value (fixture_child (&fixture, "brush_size"), 30);
  fixture_drag (&fixture, 40, 60, 90, 60);
  submit (&fixture, NULL, "auto", LARGE, MANY_STEPS);
  hand_wait (has_preview (&fixture));
  g_assert_false (pent_tile_mask_is_empty (pent_document_get_mask (pent_window_get_document (fixture.window))));
  g_timeout_add (100, tick_cb, &tick);
  while (!tick || !is_drafted (draft, pent_window_get_document (fixture.window)))
    {
      tick = FALSE;
      g_main_context_iteration (NULL, TRUE);
    }
  g_print ("\n");
  while (TRUE)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns the display's name. */
static char *
start_display (GSubprocess **server)
{
  g_autoptr (GError) error = NULL;

  *server = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "Xvfb",
                              "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset", NULL);
  g_assert_no_error (error);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (*server));
  g_autofree char *number = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  return g_strconcat (":", number, NULL);
}

static void
test_display_closed (gconstpointer application)
{
  Fixture fixture;
  Folder folder;
  const char *program = g_object_get_data ((gpointer) application, "program");
  g_autofree char *data_before = g_strdup (g_getenv ("PENTIMENTO_DATA_DIR"));
  g_autoptr (GSubprocess) server = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;

  folder_set_up (&folder, NULL);
  g_autofree char *draft = folder_file (&folder, "draft");
  g_autofree char *data = folder_file (&folder, "data");
  g_autofree char *display = start_display (&server);
  g_subprocess_launcher_setenv (launcher, "DISPLAY", display, TRUE);
  g_subprocess_launcher_setenv (launcher, "PENTIMENTO_DATA_DIR", data, TRUE);
  g_autoptr (GSubprocess) child = g_subprocess_launcher_spawn (launcher, &error, program, "--work", draft, NULL);
  g_assert_no_error (error);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  g_autofree char *ready = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
  g_assert_cmpstr (ready, ==, "");
  g_subprocess_force_exit (server);
  g_subprocess_wait (server, NULL, NULL);
  g_subprocess_wait (child, NULL, NULL);

  g_setenv ("PENTIMENTO_DATA_DIR", data, TRUE);
  fixture_open (&fixture, (gpointer) application, draft);
  PentDocument *document = pent_window_get_document (fixture.window);
  g_assert_cmpint (pent_document_get_width (document), ==, 128);
  g_assert_cmpint (pent_tile_mask_get (pent_document_get_mask (document), 64, 60), ==, 255);
  g_assert_cmpint (fixture_count_stored (), ==, 1);
  hand_wait (pent_banner_is_shown (fixture_child (&fixture, "question")));
  g_assert_cmpint (g_list_model_get_n_items (G_LIST_MODEL (fixture.queue)), ==, 1);
  g_autoptr (PentJob) job = g_list_model_get_item (G_LIST_MODEL (fixture.queue), 0);
  g_assert_cmpint (pent_job_get_state (job), ==, PENT_JOB_OFFERED);
  g_assert_cmpint (pent_job_get_request (job)->width, ==, LARGE);
  g_assert_true (fixture_act (&fixture, "discard-offered"));
  fixture_close (&fixture);
  g_setenv ("PENTIMENTO_DATA_DIR", data_before, TRUE);
  folder_tear_down (&folder, NULL);
}

int
main (int argc, char **argv)
{
  static const struct { const char *path; GTestDataFunc test; } tests[] = {
    { "/faults/model-removed", test_model_removed },     { "/faults/dropped", test_dropped },
    { "/faults/disk-full", test_disk_full },             { "/faults/draft-disk-full", test_draft_disk_full },
    { "/faults/device-lost", test_device_lost },         { "/faults/display-closed", test_display_closed },
  };
  g_autoptr (PentApplication) application = NULL;

  if (argc == 3 && g_str_equal (argv[1], "--work"))
    work_until_it_ends (argv[2]);
  g_test_init (&argc, &argv, NULL);
  signal (SIGXFSZ, SIG_IGN);
  application = pent_application_new ();
  g_object_set_data (G_OBJECT (application), "program", argv[0]);
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, application, tests[i].test);
  return g_test_run ();
}
