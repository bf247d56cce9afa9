/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The advice about other bases (report/base_advice.h), for a person and as JSON. Nothing is
 * printed where no base was named.
 */
#pragma once

#include "codec/json_writer.h"
#include "render/canvas.h"
#include "report/base_advice.h"

/*
 * "on debian:12-slim: 96.0 MB and 41 findings less (critical -2, high -39); install
 * ca-certificates"
 */
void bases_add_sentence(struct strbuf *sb, const struct base_candidate *b);

void bases_put(struct canvas *c, const struct report *r);
void bases_put_json(struct json_writer *w, const struct report *r); /* the member "bases" */
