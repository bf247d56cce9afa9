/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of apt's configuration that an image's own cannot overrule: signatures are checked, and
 * nothing is kept outside of `dir`. Given with -c, which apt reads after all of its other files.
 *
 * Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"

void apt_conf_write(struct strbuf *out, const char *dir);
