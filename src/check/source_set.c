/* SPDX-License-Identifier: Apache-2.0 */
#include "check/source_set.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"

void source_set_init(struct source_set *set, const struct language *language)
{
	*set = (struct source_set){.language = language,
				   .parts = VEC_INIT(struct source_part *, LIMIT_SET_FILES)};
	map_init(&set->by_path, LIMIT_SET_FILES);
	arena_init(&set->arena, LIMIT_ARENA_BYTES);
}

static struct source_part *part_at(const struct source_set *set, size_t i)
{
	return *(struct source_part **)vec_at(&set->parts, i);
}

void source_set_done(struct source_set *set)
{
	for (size_t i = 0; i < set->parts.n; i++)
		set->language->set->free(part_at(set, i));
	vec_done(&set->parts);
	map_done(&set->by_path);
	arena_done(&set->arena);
}

struct str source_set_path(const struct source_set *set, size_t i)
{
	return part_at(set, i)->path;
}

bool source_set_has(const struct source_set *set, struct str path)
{
	return map_get(&set->by_path, path) != NULL;
}

static int push(struct source_set *set, struct source_part *part, struct err *err)
{
	struct source_part **slot;

	if (set->parts.n == LIMIT_SET_FILES)
		return err_set(err, ERR_LIMIT, "more than set_files (%d)", (int)LIMIT_SET_FILES);
	if (part->n_bytes > LIMIT_SET_BYTES - set->n_bytes)
		return err_set(err, ERR_LIMIT, "more than set_bytes (%d) of memory",
			       (int)LIMIT_SET_BYTES);
	slot = vec_push(&set->parts);
	if (!slot)
		return err_nomem(err);
	if (map_put(&set->by_path, part->path, part) < 0) {
		vec_cut(&set->parts, set->parts.n - 1);
		return err_nomem(err);
	}
	*slot = part;
	set->n_bytes += part->n_bytes;
	return 0;
}

int source_set_add(struct source_set *set, struct source_part *part, struct err *err)
{
	bool again = source_set_has(set, part->path);
	int r = again ? 0 : push(set, part, err);

	if (again || r < 0)
		set->language->set->free(part);
	if (r < 0)
		set->incomplete = set->is_full = true;
	return r;
}

int source_set_join(struct source_set *set, struct err *err)
{
	return set->language->set->join(set->parts.p, set->parts.n, !set->incomplete, &set->arena,
					err);
}

int source_set_judge(const struct source_set *set, size_t i, struct judge *j, struct err *err)
{
	return set->language->set->judge(part_at(set, i), j, err);
}

int source_set_check(const struct language *language, const struct source_file *f, bool complete,
		     struct judge *j, struct err *err)
{
	struct source_set set;
	struct source_part *part = NULL;
	int r;

	source_set_init(&set, language);
	set.incomplete = !complete;
	r = language->set->read(f, &part, err);
	if (r == 0)
		r = source_set_add(&set, part, err);
	if (r == 0)
		r = source_set_join(&set, err);
	if (r == 0)
		r = source_set_judge(&set, 0, j, err);
	source_set_done(&set);
	return r < 0 ? r : 0;
}

struct str source_path_plain(struct str path, struct arena *a)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PATH_BYTES);

	if (str_has_prefix(path, STR("/")) || path_clean(path, &sb, NULL, NULL) < 0)
		return path;
	return arena_str(a, strbuf_str(&sb));
}
