/* SPDX-License-Identifier: Apache-2.0 */
/* What `plimsoll needs` prints for a person: whose image, then what its commands need. */
#include "render/needs_table.h"
#include "render/render.h"

#define MIN_WIDTH 40
#define ROWS	  25

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	static const struct needs_look look = {.rows = ROWS, .with_needed = true};
	struct canvas c = {.out = out,
			   .width = options->width ? options->width : 80,
			   .color = options->color,
			   .unicode = options->unicode};
	struct str name = report->image.name.n ? report->image.name : report->target.given;

	if (c.width < MIN_WIDTH)
		c.width = MIN_WIDTH;
	(void)canvas_say(&c, TONE_HEADING, name, c.width); /* last on the line */
	canvas_end_line(&c);
	if (report->needs.state == NEEDS_NOT_ASKED)
		strbuf_adds(out, "what its commands need was not asked\n");
	needs_put(&c, report, &look);
	return strbuf_check(out, err);
}

const struct renderer renderer_needs = {
	.id = "needs",
	.title = "what the image's commands need and nothing needs, for a person at a terminal",
	.media_type = "text/plain; charset=utf-8",
	.render = render,
};
