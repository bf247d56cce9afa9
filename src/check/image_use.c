/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_use.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "check/language.h"

void image_use_settle(struct image_use *use, struct str source)
{
	struct str written = str_sub(source, use->start, use->end - use->start);
	bool quoted = written.n >= 2 && (written.p[0] == '"' || written.p[0] == '\'') &&
		      written.p[written.n - 1] == written.p[0];

	if (quoted && str_eq(str_sub(written, 1, written.n - 2), use->text)) {
		use->start++;
		use->end--;
	} else if (!str_eq(written, use->text) && !use->obstacle.n) {
		use->obstacle = STR("it is written with escapes or over several lines");
	}
}

static int by_place(const void *a, const void *b)
{
	const struct image_use *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

int image_uses_find(const struct source_file *f, struct arena *a, struct image_uses *ret,
		    struct err *err)
{
	CLEANUP(vec_done) struct vec uses = VEC_INIT(struct image_use, LIMIT_IMAGE_USES);
	const struct language *language = language_of(f);
	struct image_use *p;
	int r;

	if (!language || !language->images)
		return err_set(err, ERR_UNSUPPORTED,
			       "neither a Dockerfile nor a Compose or Kubernetes file");
	r = language->images(f, a, &uses, err);
	if (r < 0)
		return r;
	vec_sort(&uses, by_place);
	p = arena_array(a, uses.n, sizeof *p);
	if (uses.n && !p)
		return err_nomem(err);
	if (uses.n)
		memcpy(p, uses.p, uses.n * sizeof *p);
	*ret = (struct image_uses){p, uses.n};
	return arena_check(a, err);
}
