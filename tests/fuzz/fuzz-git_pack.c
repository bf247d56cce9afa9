/* SPDX-License-Identifier: Apache-2.0 */
/* A git pack whatever the input begins with, read whole and front to back. */
#include "tests/fuzz/content_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = size >= 12 ? malloc(size) : NULL;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	memcpy(bytes, "PACK\0\0\0\2", 8);
	content_watch_read(str_make(bytes, size), 0, false);
	content_watch_read(str_make(bytes, size), 7, true);
	free(bytes);
	return 0;
}
