/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/image_job.h"

#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "scan/target.h"

void image_job_say(const char *what)
{
	char line[200];

	(void)snprintf(line, sizeof line, "plimsoll: %s\n", what);
	(void)fd_write_all(STDERR_FILENO, str_of(line), NULL); /* nowhere else to tell */
}

int image_job_take(const char *text, const struct scan_options *opt, int dir_fd, struct layout *ret,
		   struct err *err)
{
	const struct registry_options registry = REGISTRY_OPTIONS_GIVEN(*opt);
	CLEANUP(target_done) struct target target = {0};
	int r = target_open(text, opt->platform, &registry, &target, err);

	if (r < 0)
		return r;
	if (!target.source)
		return err_set(err, ERR_UNSUPPORTED,
			       "%s: no image: only an image can get another layer", text);
	r = layout_take(ret, dir_fd, "image", target.source, err);
	return r < 0 ? err_wrap(err, r, "%s", text) : 0;
}

int image_job_scan(const struct scan_options *opt, const char *command, const char *dir,
		   const char *tag, struct report **ret, bool *ret_told, struct err *err)
{
	CLEANUP(freep) char *target = NULL;

	if (asprintf(&target, "oci:%s/image:%s", dir, tag) < 0) {
		target = NULL;
		return err_nomem(err);
	}
	return scan_apart_report(opt, command, target, ret, ret_told, err);
}
