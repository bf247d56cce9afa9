/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checksum of our own files against bad disks and torn writes; no protection against anyone.
 *
 * CRC-64 of ECMA-182, reflected; about 10 GB/s. Behind it: ISA-L.
 */
#pragma once

#include "base/str.h"

uint64_t checksum_of(struct str bytes);

/* CRC-32 of gzip and zip, going on from that of the bytes before; 0 at their beginning. */
uint32_t checksum_crc32(uint32_t before, struct str bytes);
