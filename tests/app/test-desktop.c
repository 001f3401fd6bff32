/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-fixture.h"

/* What the studio asks of the desktop: to stay awake while it paints, and to
 * tell who looks elsewhere that it is done. A process of its own stands for the
 * desktop on the test's bus and tells what it was asked, a line each. */

#define COOKIE 17   /* of the session manager, whose flag 1 is for logging out, 4 for suspending */

static const char description[] =
  "<node>"
  " <interface name='org.gnome.SessionManager'>"
  "  <method name='Inhibit'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "   <arg type='u' direction='in'/><arg type='u' direction='out'/></method>"
  "  <method name='Uninhibit'><arg type='u' direction='in'/></method>"
  " </interface>"
  " <interface name='org.freedesktop.Notifications'>"
  "  <method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
  "   <arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
  "   <arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>"
  "  <method name='CloseNotification'><arg type='u' direction='in'/></method>"
  "  <method name='GetCapabilities'><arg type='as' direction='out'/></method>"
  " </interface>"
  "</node>";

static const char *const services[][2] = {
  { "org.gnome.SessionManager", "/org/gnome/SessionManager" },
  { "org.freedesktop.Notifications", "/org/freedesktop/Notifications" },
};

/* --- the desktop --- */

static void
called_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *parameters, GDBusMethodInvocation *invocation, gpointer data)
{
  const char *summary, *body;
  guint flags, cookie;

  if (g_str_equal (method, "Inhibit"))
    {
      g_variant_get (parameters, "(&su&su)", NULL, NULL, NULL, &flags);
      g_print ("inhibit %u\n", flags);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", COOKIE));
    }
  else if (g_str_equal (method, "Uninhibit"))
    {
      g_variant_get (parameters, "(u)", &cookie);
      g_print ("uninhibit %u\n", cookie);
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
  else if (g_str_equal (method, "Notify"))
    {
      g_variant_get (parameters, "(&su&s&s&sasa{sv}i)", NULL, NULL, NULL, &summary, &body, NULL, NULL, NULL);
      g_print ("notify %s: %s\n", summary, body);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(u)", 1));
    }
  else if (g_str_equal (method, "GetCapabilities"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new_parsed ("(['actions', 'body'],)"));
  else
    g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
owned_cb (GDBusConnection *bus, const char *name, gpointer data)
{
  g_print ("%s\n", name);
}

static int
be_desktop (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (description, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  const GDBusInterfaceVTable calls = { .method_call = called_cb };

  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    {
      GDBusInterfaceInfo *interface = g_dbus_node_info_lookup_interface (node, services[i][0]);
      g_assert_cmpuint (g_dbus_connection_register_object (bus, services[i][1], interface, &calls, NULL, NULL, NULL), >, 0);
      g_bus_own_name_on_connection (bus, services[i][0], 0, owned_cb, NULL, NULL, NULL);
    }
  g_main_loop_run (loop);
  return 0;
}

/* --- the studio --- */

typedef struct
{
  GSubprocess      *desktop;
  GDataInputStream *lines;
  GQueue            told;      /* of char *, what the desktop was asked */
} Desktop;

static void
line_cb (GObject *lines, GAsyncResult *result, gpointer data)
{
  Desktop *self = data;
  char *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (lines), result, NULL, NULL);

  if (line == NULL)
    return;
  g_queue_push_tail (&self->told, line);
  g_data_input_stream_read_line_async (self->lines, 0, NULL, line_cb, self);
}

static void
assert_told (Desktop *self, const char *what)
{
  hand_wait (!g_queue_is_empty (&self->told));
  g_autofree char *line = g_queue_pop_head (&self->told);
  g_assert_cmpstr (line, ==, what);
}

static void
start_desktop (Desktop *self, const char *program)
{
  g_autoptr (GError) error = NULL;

  g_queue_init (&self->told);
  self->desktop = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, "--desktop", NULL);
  g_assert_no_error (error);
  self->lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->desktop));
  for (gsize i = 0; i < G_N_ELEMENTS (services); i++)
    g_free (g_data_input_stream_read_line (self->lines, NULL, NULL, NULL));
  g_data_input_stream_read_line_async (self->lines, 0, NULL, line_cb, self);
}

static void
paint (Fixture *fixture, const char *prompt)
{
  g_autoptr (PentRequest) request = pent_request_new ();

  g_free (request->prompt);
  request->prompt = g_strdup (prompt);
  request->width = request->height = 64;
  request->steps = 2;
  pent_window_submit (fixture->window, request);
}

/* Nothing was asked before this. */
static void
assert_told_nothing (Fixture *fixture, Desktop *desktop)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (fixture->window));
  guint mark = gtk_application_inhibit (application, NULL, GTK_APPLICATION_INHIBIT_LOGOUT, "a mark");

  assert_told (desktop, "inhibit 1");
  gtk_application_uninhibit (application, mark);
  assert_told (desktop, "uninhibit 17");
}

/* Awake as long as it paints, however many pictures, and not while it rests. */
static void
test_awake (Fixture *fixture, Desktop *desktop)
{
  paint (fixture, "one");
  paint (fixture, "two");
  assert_told (desktop, "inhibit 4");
  fixture_wait (fixture);
  assert_told (desktop, "uninhibit 17");

  g_action_group_change_action_state (G_ACTION_GROUP (fixture->window), "pause", g_variant_new_boolean (TRUE));
  paint (fixture, "three");
  assert_told_nothing (fixture, desktop);
  g_action_group_change_action_state (G_ACTION_GROUP (fixture->window), "pause", g_variant_new_boolean (FALSE));
  assert_told (desktop, "inhibit 4");
  fixture_wait (fixture);
  assert_told (desktop, "uninhibit 17");
}

/* Who looks at the window sees for himself. */
static void
test_notified (Fixture *fixture, Desktop *desktop)
{
  g_assert_true (gtk_window_is_active (GTK_WINDOW (fixture->window)));
  paint (fixture, "looked at");
  assert_told (desktop, "inhibit 4");
  fixture_wait (fixture);
  assert_told (desktop, "uninhibit 17");

  hand_look_away (GTK_WINDOW (fixture->window));
  paint (fixture, "looked away from");
  assert_told (desktop, "inhibit 4");
  fixture_wait (fixture);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  hand_wait (g_queue_get_length (&desktop->told) == 2);
  first = g_queue_pop_head (&desktop->told);
  second = g_queue_pop_head (&desktop->told);
  const char *note = g_str_has_prefix (first, "notify") ? first : second;
  g_assert_cmpstr (note, ==, "notify The picture is painted: looked away from");
}

static void
test_desktop (gconstpointer program)
{
  Fixture fixture;
  Desktop desktop;

  start_desktop (&desktop, program);
  g_autoptr (PentApplication) application = pent_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  fixture_open (&fixture, application, NULL);
  test_awake (&fixture, &desktop);
  test_notified (&fixture, &desktop);
  fixture_close (&fixture);
  g_subprocess_force_exit (desktop.desktop);
  hand_wait (!g_input_stream_has_pending (G_INPUT_STREAM (desktop.lines)));
  g_object_unref (desktop.lines);
  g_object_unref (desktop.desktop);
}

int
main (int argc, char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--desktop"))
    return be_desktop ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/desktop", argv[0], test_desktop);
  return g_test_run ();
}
