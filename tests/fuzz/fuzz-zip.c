/* SPDX-License-Identifier: Apache-2.0 */
/* A zip archive of any bytes; every member is read. */
#include <assert.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "codec/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_member(struct zip *z)
{
	char buf[8192];
	struct err err = {0};
	ssize_t n = 1;

	for (size_t total = 0; n > 0 && total < (1u << 22); total += (size_t)n)
		n = zip_read(z, buf, sizeof buf, &err);
	assert(n >= 0 || err.msg[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(fd_closep) int fd = memfd_create("zip", MFD_CLOEXEC);
	CLEANUP(zip_closep) struct zip *z = NULL;
	struct zip_entry entry;
	struct err err = {0};

	if (fd < 0 || fd_write_all(fd, str_make(data, size), NULL) < 0)
		return 0;
	if (zip_open(fd, &z, &err) < 0) {
		assert(err.code != ERR_OK && err.msg[0]);
		return 0;
	}
	for (int n = 0; n < 100 && zip_next(z, &entry, &err) > 0; n++)
		read_member(z);
	return 0;
}
