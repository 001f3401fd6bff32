#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a test program under Vulkan's validation layer with synchronisation
# checks, on software Vulkan where that is installed. Fails on any message.
#   validate-vulkan.sh PROGRAM [ARGUMENT...]
set -eu

lavapipe=/usr/share/vulkan/icd.d/lvp_icd.$(uname -m).json
if [ -f "$lavapipe" ]; then
  export VK_ICD_FILENAMES="$lavapipe"
fi
export VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
export VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT
export VK_LOADER_DEBUG=layer

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$@" >"$log" 2>&1 || status=$?

if grep -q '^1\.\.0 # SKIP' "$log"; then
  grep '^1\.\.0 # SKIP' "$log"
  exit 77
fi
if ! grep -q 'Insert instance layer "VK_LAYER_KHRONOS_validation"' "$log"; then
  echo 'skipped: the validation layer (vulkan-validationlayers) is not installed'
  exit 77
fi
if grep -E 'Validation (Error|Warning|Performance)|VUID-|SYNC-HAZARD|UNASSIGNED-' "$log"; then
  echo 'the validation layer complained'
  exit 1
fi
if [ "$status" -ne 0 ]; then
  cat "$log"
  exit "$status"
fi
echo 'the validation layer said nothing'
