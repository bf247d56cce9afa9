/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `plimsoll check` prints for a person: whose image, then the verdict alone.
 */
#include "render/verdict_table.h"

#include "render/render.h"

#define MIN_WIDTH 40

static int render(const struct report *report, const struct render_options *options,
		  struct strbuf *out, struct err *err)
{
	struct canvas c = {.out = out,
			   .width = options->width ? options->width : 80,
			   .color = options->color,
			   .unicode = options->unicode};
	struct str name = report->image.name.n ? report->image.name : report->target.given;

	if (c.width < MIN_WIDTH)
		c.width = MIN_WIDTH;
	(void)canvas_say(&c, TONE_HEADING, name, c.width); /* last on the line */
	canvas_end_line(&c);
	if (report->verdict.decision == VERDICT_NONE)
		strbuf_adds(out, "no policy was asked\n");
	verdict_put(&c, report);
	return strbuf_check(out, err);
}

const struct renderer renderer_verdict = {
	.id = "verdict",
	.title = "what a policy says, and why, for a person at a terminal",
	.media_type = "text/plain; charset=utf-8",
	.render = render,
};
