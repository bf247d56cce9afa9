/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a JSON value that was read, so that documents of others keep what we do not know of them.
 *
 *     json_add_copy(&writer, value);
 *
 * Nested at most as deep as json_parse lets through. Ownership: borrows. Errors: those of the
 * writer's buffer.
 */
#pragma once

#include "codec/json.h"
#include "codec/json_writer.h"

void json_add_copy(struct json_writer *w, const struct json *v);
