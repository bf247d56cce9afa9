/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The history text of an image as the Dockerfile instruction that a person wrote.
 *
 *     "/bin/sh -c #(nop)  CMD [\"sh\"]"              CMD ["sh"]
 *     "/bin/sh -c apk add curl"                      RUN apk add curl
 *     "|1 V=3 /bin/sh -c make"                       RUN make
 *     "RUN /bin/sh -c apk add curl # buildkit"       RUN apk add curl
 *     "ADD file:0123..(64 digits).. in /"            ADD file:0123456789ab in /
 *
 * White space and continued lines become one space. Format: `history[].created_by` of the OCI
 * image-spec v1.1 is free text; these are the habits of Docker's classic builder and of BuildKit.
 * Text of another builder stays as it is.
 */
#pragma once

#include "base/strbuf.h"

/* Appends it; nothing for an empty text. */
void instruction_add(struct strbuf *out, struct str created_by);
