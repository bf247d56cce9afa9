/* SPDX-License-Identifier: Apache-2.0 */
/* One line on standard error; what it says is told by it alone, so it never fails twice. */
#include "alert/sink.h"
#include "base/fd.h"

#define LINE_BYTES 8192

static int send_line(const struct sink *sink, const struct alert *alert, struct sink_context *c,
		     struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf line = STRBUF_INIT(LINE_BYTES);
	int r;

	(void)sink;
	strbuf_adds(&line, "plimsoll: alert: ");
	alert_add_line(alert, &line);
	strbuf_addc(&line, '\n');
	r = strbuf_check(&line, err);
	return r < 0 ? r : fd_write_all(c->stderr_fd, strbuf_str(&line), err);
}

const struct sink_type sink_type_stderr = {
	.id = "stderr",
	.title = "a line on standard error",
	.form = "stderr",
	.send = send_line,
};
