/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The watch that records what each program, script and configuration of a layer names: a
 * RECORD_PROGRAM for each that names anything. What it means is found when all layers are known:
 * closure/closure.h.
 */
#pragma once

#include "scan/watch.h"

extern const struct watch_type program_watch;
