/* SPDX-License-Identifier: Apache-2.0 */
/* A section that is found lies inside the file. */
#include <assert.h>

#include "codec/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = str_make(data, size), section;
	struct err err = {0};

	if (elf_section(bytes, ".modinfo", &section, &err) < 0)
		assert(err.code != ERR_OK && err.msg[0]);
	else
		assert(section.p >= bytes.p && section.n <= bytes.n &&
		       (size_t)(section.p - bytes.p) <= bytes.n - section.n);
	return 0;
}
