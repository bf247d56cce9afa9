/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths inside an image: always relative to its root, '/'-separated, raw bytes.
 *
 * A cleaned path has no leading or trailing slash, no empty, "." or ".." component; the root is "".
 */
#pragma once

#include "base/strbuf.h"

/*
 * Appends the cleaned form of path. `..` at the root stays at the root, as in a chroot;
 * *ret_escaped (may be NULL) says whether that happened.
 * Errors: ERR_LIMIT (LIMIT_PATH_BYTES, LIMIT_PATH_DEPTH), ERR_FORMAT (NUL byte).
 */
int path_clean(struct str path, struct strbuf *sb, bool *ret_escaped, struct err *err);

/* "a/b/c" -> "c", "c" -> "c"; and "a/b", "". */
struct str path_base(struct str path);
struct str path_dir(struct str path);

/*
 * Whether the cleaned path matches the pattern: '*' and '?' match within a component, a component
 * "**" any number of components (also none), everything else is literal. What stands behind the
 * last "**" is compared with the end of the path alone, whose length then does not matter.
 */
bool path_match(struct str pattern, struct str path);
