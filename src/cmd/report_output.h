/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where and how a command prints its report, and what it exits with.
 *
 *     struct report_output out = {.path = opt.output, .format_id = opt.format};
 *     r = report_output_open(&out, "lint", opt.fail_on, err);     before anything is read
 *     r = report_output_write(&out, report, err);
 *     return report_output_status(&out, report, opt.require_complete);
 *
 * The file is opened first, because a sandbox may close the file system for writing later.
 * Errors: ERR_USAGE for a format or a severity that does not exist, ERR_IO.
 */
#pragma once

#include "render/render.h"

struct report_output {
	const char *path; /* NULL and "-": stdout */
	const char *format_id;
	bool no_color, files;
	/* Set by open. */
	const struct renderer *format;
	enum severity threshold;
	bool has_threshold;
	int fd; /* 0 until opened: of a file; never stdout's */
};

int report_output_open(struct report_output *out, const char *command, const char *fail_on,
		       struct err *err);
/* Both halves of it: what the options say, and the file, where other mistakes are told between. */
int report_output_parse(struct report_output *out, const char *command, const char *fail_on,
			struct err *err);
int report_output_create(struct report_output *out, struct err *err);

void report_output_done(struct report_output *out);
int report_output_write(struct report_output *out, const struct report *report, struct err *err);

/* How a document is to look there. */
struct render_options report_output_look(const struct report_output *out);

/* Bytes that are no report, to where it would go. */
int report_output_print(const struct report_output *out, struct str bytes, struct err *err);

/* An exit status: a policy's deny, findings at or above the threshold, not complete, done. */
int report_output_status(const struct report_output *out, const struct report *report,
			 bool require_complete);

/* SOURCE_DATE_EPOCH; leaves both alone when it is not set. */
int command_epoch(bool *ret_has, int64_t *ret, struct err *err);
