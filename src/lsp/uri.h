/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses by which editors name documents.
 *
 *     r = uri_path(STR("file:///srv/a%20b/Dockerfile"), &sb, err);      /srv/a b/Dockerfile
 *     r = uri_name(STR("untitled:Untitled-1"), &sb, err);               Untitled-1
 *
 * Errors: ERR_UNSUPPORTED for another scheme than file, another host, no absolute path; ERR_FORMAT
 * for a broken escape or a NUL; ERR_LIMIT (path_bytes).
 * Format: RFC 3986, RFC 8089.
 */
#pragma once

#include "base/strbuf.h"

int uri_path(struct str uri, struct strbuf *out, struct err *err);

/* The last part of any address, for documents that are no file. */
int uri_name(struct str uri, struct strbuf *out, struct err *err);
