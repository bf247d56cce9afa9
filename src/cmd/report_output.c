/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/terminal.h"

/* SOURCE_DATE_EPOCH: https://reproducible-builds.org/specs/source-date-epoch/ */
int command_epoch(bool *ret_has, int64_t *ret, struct err *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds;

	if (!text || !*text)
		return 0;
	if (!str_parse_u64(str_of(text), &seconds) || seconds > INT64_MAX)
		return err_set(err, ERR_USAGE, "SOURCE_DATE_EPOCH is no number of seconds: \"%s\"",
			       text);
	*ret_has = true;
	*ret = (int64_t)seconds;
	return 0;
}

static bool is_file(const struct report_output *out)
{
	return out->path && strcmp(out->path, "-") != 0;
}

int report_output_parse(struct report_output *out, const char *command, const char *fail_on,
			struct err *err)
{
	out->format = renderer_find(str_of(out->format_id));
	if (!out->format)
		return err_set(err, ERR_USAGE, "%s: no format \"%s\"; see plimsoll %s --help",
			       command, out->format_id, command);
	out->has_threshold = fail_on != NULL;
	return fail_on ? severity_parse(str_of(fail_on), &out->threshold, err) : 0;
}

int report_output_create(struct report_output *out, struct err *err)
{
	int fd;

	if (!is_file(out))
		return 0;
	fd = open(out->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_errno(err, errno, "%s", out->path);
	out->fd = fd;
	return 0;
}

int report_output_open(struct report_output *out, const char *command, const char *fail_on,
		       struct err *err)
{
	int r = report_output_parse(out, command, fail_on, err);

	return r < 0 ? r : report_output_create(out, err);
}

void report_output_done(struct report_output *out)
{
	if (out->fd > 0)
		fd_closep(&out->fd);
	out->fd = 0;
}

int report_output_print(const struct report_output *out, struct str bytes, struct err *err)
{
	int r = fd_write_all(is_file(out) ? out->fd : STDOUT_FILENO, bytes, err);

	if (r == 0 && is_file(out) && ftruncate(out->fd, (off_t)bytes.n) < 0 && errno != EINVAL)
		r = err_errno(err, errno, "cut the output file");
	return r < 0 ? err_wrap(err, r, "%s", is_file(out) ? out->path : "standard output") : 0;
}

struct render_options report_output_look(const struct report_output *out)
{
	struct terminal t = terminal_look(STDOUT_FILENO);

	return (struct render_options){
		.width = t.is_terminal && !is_file(out) ? t.width : 80,
		.color = t.color && !out->no_color && !is_file(out),
		.unicode = t.unicode,
		.files = out->files,
	};
}

int report_output_write(struct report_output *out, const struct report *report, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_OUTPUT_BYTES);
	struct render_options options = report_output_look(out);
	int r = out->format->render(report, &options, &sb, err);

	return r < 0 ? r : report_output_print(out, strbuf_str(&sb), err);
}

/* Whether a finding that counts is at least as grave as --fail-on. */
static bool is_too_grave(const struct report *report, enum severity threshold)
{
	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = vec_at(&report->findings, i);

		if (f->suppressed_by.n == 0 && f->severity >= threshold)
			return true;
	}
	return false;
}

int report_output_status(const struct report_output *out, const struct report *report,
			 bool require_complete)
{
	if (report->verdict.decision == VERDICT_DENY)
		return EXIT_FINDINGS;
	if (out->has_threshold && is_too_grave(report, out->threshold))
		return EXIT_FINDINGS;
	return require_complete && !report_is_complete(report) ? EXIT_INCOMPLETE : EXIT_DONE;
}
