/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the image's commands need, for a person: the sentence, what could go, what could not be
 * followed. Nothing is printed where it was not asked.
 */
#pragma once

#include "render/canvas.h"
#include "report/report.h"

struct needs_look {
	size_t rows;	  /* of each list; 0: all */
	bool with_needed; /* list the needed packages too */
};

void needs_put(struct canvas *c, const struct report *r, const struct needs_look *look);

/*
 * "Removing perl and 31 other packages nothing needs: 58.0 MB and 104 findings less."
 */
void needs_add_sentence(struct strbuf *sb, const struct report *r);
