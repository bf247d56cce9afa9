/* SPDX-License-Identifier: Apache-2.0 */
/* Python bytecode of the release that the first bytes say, a code object whatever comes. */
#include "tests/fuzz/content_watch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t magics[] = {62211, 3131, 3230, 3379, 3394, 3413, 3439, 3495, 3571};
	static const uint8_t starts[] = {8, 8, 12, 12, 16, 16, 16, 16, 16};
	char *bytes = size >= 17 ? malloc(size) : NULL;
	size_t i = size ? data[0] % 9 : 0;

	if (!bytes)
		return 0;
	memcpy(bytes, data, size);
	if (data[2] != '\r') { /* no seed: those have a head of their own */
		bytes[0] = (char)(magics[i] & 255);
		bytes[1] = (char)(magics[i] >> 8);
		memcpy(bytes + 2, "\r\n", 2);
		bytes[starts[i]] = 'c';
	}
	content_watch_read(str_make(bytes, size), 0, false);
	free(bytes);
	return 0;
}
