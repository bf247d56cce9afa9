/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/checksum.h"

#include <isa-l/crc.h>
#include <isa-l/crc64.h>

uint64_t checksum_of(struct str bytes)
{
	static const unsigned char nothing[1];

	return crc64_ecma_refl(0, bytes.p ? (const unsigned char *)bytes.p : nothing, bytes.n);
}

uint32_t checksum_crc32(uint32_t before, struct str bytes)
{
	return bytes.n ? crc32_gzip_refl(before, (const unsigned char *)bytes.p, bytes.n) : before;
}
