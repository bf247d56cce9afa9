/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments of a YAML file that switch rules off, with the lines that they are about.
 *
 *     r = yaml_comments_read(&lines, &suppressions, err);
 *
 * A comment on a line of its own is about the block that follows: the next line with what is
 * indented deeper, or the whole document when that line is the first of it. A comment behind
 * something is about that line and its block. A # within quotes or a block of text is no comment.
 *
 * Errors: ERR_LIMIT (suppressions).
 */
#pragma once

#include "check/source_lines.h"
#include "check/suppression.h"

int yaml_comments_read(const struct source_lines *lines, struct suppressions *s, struct err *err);
