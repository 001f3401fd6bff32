/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Small models for the tests, made from the golden lists of names. Their files
 * are holes after the header, unless they are to be marked: then a number made
 * from its name stands at either end of each tensor, so that every tensor is
 * told from every other. Disks are slow to free so many pieces. */

typedef enum
{
  FIXTURE_BARE,
  FIXTURE_MARKED,
} FixtureFill;

typedef struct
{
  char  *component; /* "text_encoder", "unet", "vae" */
  char  *ldm;
  char  *diffusers;
  int    n_ldm, n_diffusers;
  gint64 ldm_dim[4], diffusers_dim[4];
} FixtureName;

GPtrArray *fixture_read_names (const char *title); /* of FixtureName; "sd1" or "small" */

typedef struct
{
  char   *name;
  char   *dtype;
  int     n_dims;
  gint64  dim[10];
  char   *mark; /* (nullable): what the number is made from */
} FixtureTensor;

typedef struct _FixtureFile FixtureFile;

FixtureFile   *fixture_file_new    (void);
void           fixture_file_free   (FixtureFile *self);
FixtureTensor *fixture_file_add    (FixtureFile *self, const char *name, const char *dtype,
                                    int n_dims, const gint64 *dim);
FixtureTensor *fixture_file_find   (FixtureFile *self, const char *name);
void           fixture_file_remove (FixtureFile *self, const char *prefix);
void           fixture_file_rename (FixtureFile *self, const char *from, const char *to);
void           fixture_file_write  (FixtureFile *self, const char *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FixtureFile, fixture_file_free)

/* With LDM names, or one component with diffusers' names. */
FixtureFile *fixture_single_file (GPtrArray *names, const char *dtype, FixtureFill fill);
FixtureFile *fixture_component   (GPtrArray *names, const char *component, const char *dtype,
                                  FixtureFill fill);

/* A whole diffusers folder of the golden list @title. */
void  fixture_write_folder (const char *path, const char *title, GPtrArray *names, const char *dtype,
                            FixtureFill fill);
char *fixture_config       (const char *title, const char *component); /* the text of config.json */

char *fixture_make_folder   (void); /* a new folder, removed by: */
void  fixture_remove_folder (char *path);
char *fixture_path          (const char *folder, const char *name);
void  fixture_write_bytes   (const char *path, const void *bytes, gsize n);
void  fixture_write_text    (const char *folder, const char *name, const char *text);

G_END_DECLS
