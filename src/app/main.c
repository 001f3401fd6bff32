/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>

#include <glib/gi18n.h>

#include "pent-application.h"
#include "pent-threads.h"

int
main (int argc, char **argv)
{
  pent_threads_prepare (argv);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, PENT_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_autoptr (PentApplication) application = pent_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
