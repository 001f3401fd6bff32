/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "pent-library.h"
#include "pent-pipeline.h"

G_BEGIN_DECLS

/**
 * PentJobListener:
 * @progress: (nullable): as that of #PentListener
 * @stored: (nullable): a picture is in the library, durably; @image is %NULL
 *   where it was there before; %FALSE with an error ends the run
 * @edited: (nullable): what can still be chosen of the picture that is told next,
 *   where there is something; valid during the call
 * @lost: (nullable): a picture is finished and could not be stored, which ends
 *   the run; whoever can keeps it elsewhere
 * @keep: (nullable): as that of #PentListener
 * @rested: (nullable): seconds for which @progress has held up the run, so far:
 *   they are not the pictures' own
 * @previews: whether progress carries previews
 */
typedef struct
{
  void     (*progress) (gpointer data, const PentProgress *progress);
  gboolean (*stored)   (gpointer data, const PentLibraryPicture *picture, PentImage *image, const PentRunInfo *info,
                        GError **error);
  void     (*edited)   (gpointer data, const PentEditResult *edit);
  void     (*lost)     (gpointer data, PentImage *image);
  gboolean (*keep)     (gpointer data);
  const double *rested;
  gboolean   previews;
  gpointer   data;
} PentJobListener;

/**
 * PentJobOrder:
 * @request: what is to be painted
 * @files: (nullable) (array): where each picture goes; %NULL: the library says
 * @reuse: whether a picture that was made by the very same recipe will do
 * @wait: seconds that it waited
 * @first: how many of its pictures are done already
 * @most: how many are to be made now; 0: all that are left
 */
typedef struct
{
  PentRequest       *request;
  const char *const *files;
  gboolean           reuse;
  double             wait;
  int                first;
  int                most;
} PentJobOrder;

gboolean pent_job_run (const PentJobOrder *order, PentPipeline *pipeline, PentLibrary *library,
                       const PentJobListener *listener, GCancellable *cancellable, GError **error);

G_END_DECLS
