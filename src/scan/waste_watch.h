/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What waste/ has to know of the content of files: which are the same, what strip would take.
 * Files from WASTE_CONTENT_MIN bytes on, as they are stored.
 */
#pragma once

#include "scan/watch.h"

extern const struct watch_type waste_watch;
