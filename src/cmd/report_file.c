/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/limits.h"
#include "report/report_read.h"

int report_file_read(const char *path, struct report **ret, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_SBOM_BYTES);
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[256];
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	n = fd_pread_full(fd, head, sizeof head, 0, err);
	if (n < 0 || !report_is_json(str_make(head, (size_t)n)))
		return n < 0 ? (int)n : 0;
	r = fd_read_all(fd, &sb, err);
	if (r == 0)
		r = report_read(strbuf_str(&sb), ret, err);
	return r < 0 ? err_wrap(err, r, "%s", path) : 1;
}
