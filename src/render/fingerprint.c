/* SPDX-License-Identifier: Apache-2.0 */
#include "render/fingerprint.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"

void fingerprints_init(struct fingerprints *p)
{
	arena_init(&p->arena, LIMIT_ARENA_BYTES);
	map_init(&p->printed, LIMIT_FINDINGS);
}

void fingerprints_done(struct fingerprints *p)
{
	map_done(&p->printed);
	arena_done(&p->arena);
}

int fingerprint_make(struct fingerprints *p, const struct finding *f, char ret[FINGERPRINT_MAX],
		     struct err *err)
{
	const struct str parts[] = {str_of(finding_kind_name(f->kind)),
				    f->rule,
				    f->subject.namespace,
				    f->subject.name,
				    f->subject.arch,
				    f->subject.path};
	CLEANUP(digest_done) struct digest d = {0};
	struct digest_value v;
	char text[DIGEST_TEXT_MAX];
	struct str hash;
	uintptr_t times;
	int r = digest_init(&d, DIGEST_SHA256, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		digest_update(&d, parts[i]);
		digest_update(&d, STR("\x1f"));
	}
	digest_final(&d, &v);
	hash = arena_str(&p->arena, str_sub(str_skip(digest_format(&v, text), 7), 0, 16));
	if (!hash.p)
		return err_nomem(err);
	times = (uintptr_t)map_get(&p->printed, hash) + 1;
	if (map_put(&p->printed, hash, (void *)times) < 0)
		return err_nomem(err);
	(void)snprintf(ret, FINGERPRINT_MAX, "%.16s:%llu", hash.p, /* fits */
		       (unsigned long long)times);
	return 0;
}
