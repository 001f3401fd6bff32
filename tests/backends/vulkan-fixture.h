/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vk-program.h"

G_BEGIN_DECLS

char *vulkan_cache_new    (void);
void  vulkan_cache_remove (const char *cache);

PentVkContext *vulkan_open           (PentVulkanGuise guise);
PentProgram   *vulkan_compile_linear (PentVkContext *context, gint64 rows, const PentWeight *weight, PentDtype operand);
void           vulkan_run            (PentProgram *program, const float *x, float *y);

G_END_DECLS
