/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes rpm header blobs for tests, tag by tag.
 *
 *     struct rpm_builder b = RPM_BUILDER_INIT;
 *     rpm_builder_text(&b, RPMTAG_NAME, "bash");
 *     rpm_builder_region(&b);                       what came so far; later tags are dribbles
 *     rpm_builder_u32(&b, RPMTAG_EPOCH, 1);
 *     blob = rpm_builder_blob(&b);                  borrowed until rpm_builder_done
 */
#pragma once

#include "base/strbuf.h"
#include "inventory/pkgdb/rpm_header.h"
#include "tests/unit/test.h"

enum { RPM_INT8 = 2, RPM_INT16, RPM_INT32, RPM_INT64, RPM_STRING, RPM_BIN, RPM_ARRAY, RPM_I18N };

struct rpm_builder {
	struct strbuf index, store, blob;
	bool region;
};

#define RPM_BUILDER_INIT                                                                           \
	{                                                                                          \
		.index = STRBUF_INIT(1 << 20), .store = STRBUF_INIT(1 << 20),                      \
		.blob = STRBUF_INIT(1 << 20)                                                       \
	}

static inline void rpm_builder_done(struct rpm_builder *b)
{
	strbuf_done(&b->index);
	strbuf_done(&b->store);
	strbuf_done(&b->blob);
}

static inline void add_be(struct strbuf *sb, uint64_t v, size_t n)
{
	while (n-- > 0)
		strbuf_addc(sb, (char)(v >> (8 * n)));
}

static inline void rpm_builder_raw(struct rpm_builder *b, uint32_t tag, uint32_t type,
				   uint32_t offset, uint32_t count)
{
	add_be(&b->index, tag, 4);
	add_be(&b->index, type, 4);
	add_be(&b->index, offset, 4);
	add_be(&b->index, count, 4);
}

static inline void rpm_builder_add(struct rpm_builder *b, uint32_t tag, uint32_t type,
				   uint32_t count, struct str data)
{
	rpm_builder_raw(b, tag, type, (uint32_t)b->store.n, count);
	strbuf_add(&b->store, data);
}

static inline void rpm_builder_text(struct rpm_builder *b, uint32_t tag, const char *text)
{
	rpm_builder_add(b, tag, RPM_STRING, 1, str_make(text, strlen(text) + 1));
}

/* parts: the strings, each ended by a comma. */
static inline void rpm_builder_array(struct rpm_builder *b, uint32_t tag, const char *parts)
{
	struct str rest = str_of(parts), part;
	uint32_t n = 0;

	for (const char *p = parts; *p; p++)
		n += *p == ',';
	rpm_builder_raw(b, tag, RPM_ARRAY, (uint32_t)b->store.n, n);
	while (str_pull_until(&rest, ',', &part)) {
		strbuf_add(&b->store, part);
		strbuf_addc(&b->store, '\0');
	}
}

static inline void rpm_builder_numbers(struct rpm_builder *b, uint32_t tag, uint32_t type,
				       const uint64_t *v, size_t n)
{
	rpm_builder_raw(b, tag, type, (uint32_t)b->store.n, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		add_be(&b->store, v[i], (size_t)1 << (type - RPM_INT8));
}

static inline void rpm_builder_u32(struct rpm_builder *b, uint32_t tag, uint32_t v)
{
	uint64_t wide = v;

	rpm_builder_numbers(b, tag, RPM_INT32, &wide, 1);
}

/* Ends the region: its tag becomes the first entry. */
static inline void rpm_builder_region(struct rpm_builder *b)
{
	CLEANUP(strbuf_done) struct strbuf rest = STRBUF_INIT(1 << 20);
	uint32_t at = (uint32_t)b->store.n;

	strbuf_add(&rest, strbuf_str(&b->index));
	strbuf_reset(&b->index);
	rpm_builder_raw(b, RPMTAG_HEADERIMMUTABLE, RPM_BIN, at, 16);
	strbuf_add(&b->index, strbuf_str(&rest));
	add_be(&b->store, RPMTAG_HEADERIMMUTABLE, 4);
	add_be(&b->store, RPM_BIN, 4);
	add_be(&b->store, -(uint32_t)b->index.n, 4);
	add_be(&b->store, 16, 4);
}

static inline struct str rpm_builder_blob(struct rpm_builder *b)
{
	strbuf_reset(&b->blob);
	add_be(&b->blob, b->index.n / 16, 4);
	add_be(&b->blob, b->store.n, 4);
	strbuf_add(&b->blob, strbuf_str(&b->index));
	strbuf_add(&b->blob, strbuf_str(&b->store));
	return strbuf_str(&b->blob);
}

/* NAME VERSION RELEASE ARCH, as any package has them. */
static inline void rpm_builder_nevra(struct rpm_builder *b, const char *name)
{
	rpm_builder_text(b, RPMTAG_NAME, name);
	rpm_builder_text(b, RPMTAG_VERSION, "1.0");
	rpm_builder_text(b, RPMTAG_RELEASE, "2");
	rpm_builder_text(b, RPMTAG_ARCH, "noarch");
}
