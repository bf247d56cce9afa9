/* SPDX-License-Identifier: Apache-2.0 */
/* Small ustar archives for tests: entries one after the other, then two blocks of zeros. */
#pragma once

#include <stdio.h>

#include "base/strbuf.h"

#define TAR_BLOCK ((size_t)512)

/* type: '0' a file, '5' a directory, '2' a symlink, '1' a hard link (link: where to). */
static inline void tar_add(struct strbuf *sb, const char *path, char type, const char *link,
			   struct str data)
{
	char head[512] = {0}, zeros[512] = {0};
	unsigned sum = 0;

	(void)snprintf(head, 100, "%s", path);
	(void)snprintf(head + 100, 24, "%07o%c%07o%c%07o", 0644, 0, 0, 0, 0);
	(void)snprintf(head + 124, 12, "%011o", (unsigned)data.n); /* tests stay below 4 GiB */
	(void)snprintf(head + 136, 12, "%011o", 0);
	head[156] = type;
	(void)snprintf(head + 157, 100, "%s", link ? link : "");
	memcpy(head + 257,
	       "ustar\0"
	       "00",
	       8);
	memset(head + 148, ' ', 8);
	for (size_t i = 0; i < sizeof head; i++)
		sum += (unsigned char)head[i];
	(void)snprintf(head + 148, 8, "%06o", sum);
	strbuf_add_bytes(sb, head, sizeof head);
	strbuf_add(sb, data);
	strbuf_add_bytes(sb, zeros, (TAR_BLOCK - data.n % TAR_BLOCK) % TAR_BLOCK);
}

static inline void tar_add_file(struct strbuf *sb, const char *path, struct str data)
{
	tar_add(sb, path, '0', NULL, data);
}

static inline void tar_end(struct strbuf *sb)
{
	static const char zeros[1024];

	strbuf_add_bytes(sb, zeros, sizeof zeros);
}
