/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identifiers of the SPDX licence list and of its exceptions.
 *
 * Letters match without regard to case, as SPDX 2.3 annex D asks for; what is given back is as the
 * list has it. Threads: no state.
 * Format: SPDX License List 3.28.0.
 */
#pragma once

#include "base/str.h"

/* NULL: not in the list. */
const char *spdx_license_find(struct str id);
const char *spdx_exception_find(struct str id);
