/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/git_history.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "codec/git2.h"

/* A folder on the way down; the way is a list, as trees can be nested as deep as one likes. */
struct folder {
	git_tree *tree;
	size_t next;   /* entry */
	size_t path_n; /* of the path with this folder */
};

struct git_history {
	const struct git2_api *git2;
	git_repository *repository;
	git_odb *odb;
	git_revwalk *walk; /* NULL: all commits have been seen */
	git_commit *commit;
	git_odb_object *object; /* of the last version */
	struct vec folders;	/* struct folder */
	struct vec rest;	/* git_oid: what no ref reaches, once the walk has ended */
	size_t next_rest;	/* once through for commits, then for files of none */
	struct map seen;	/* git_oid of commits, trees and blobs -> their number, as seen */
	struct map head;	/* the same of the commit that is checked out */
	bool is_head;		/* that one is being walked */
	uint64_t n_seen;
	struct arena ids;
	struct strbuf path;
	char commit_hex[GIT_OID_HEXSZ + 1];
};

static struct str id_of(const git_oid *id)
{
	return str_make((const char *)id->id, sizeof id->id);
}

/* Notes the object; *ret_new tells whether it was not known yet. */
static int see(struct git_history *h, const git_oid *id, bool *ret_new, struct err *err)
{
	struct map *seen = h->is_head ? &h->head : &h->seen;
	struct str key;
	int r;

	*ret_new = !map_get(seen, id_of(id));
	if (!*ret_new)
		return 0;
	key = arena_str(&h->ids, id_of(id));
	r = key.p ? map_put(seen, key, (void *)(uintptr_t)++h->n_seen) : -ERR_NOMEM;
	if (r == -ERR_LIMIT)
		return err_set(err, ERR_LIMIT, "more objects than git_objects (%d)",
			       (int)LIMIT_GIT_OBJECTS);
	return r < 0 ? err_nomem(err) : 0;
}

/* ---- trees ---- */

static int enter(struct git_history *h, git_tree *tree, struct err *err)
{
	struct folder *f = vec_push(&h->folders);

	if (!f) {
		h->git2->tree_free(tree);
		return err_set(err, ERR_LIMIT, "folders deeper than path_depth (%d)",
			       (int)LIMIT_PATH_DEPTH);
	}
	*f = (struct folder){tree, 0, h->path.n};
	return 0;
}

static void leave(struct git_history *h)
{
	struct folder *f = vec_at(&h->folders, h->folders.n - 1);

	h->git2->tree_free(f->tree);
	vec_cut(&h->folders, h->folders.n - 1);
}

static int bad_object(struct git_history *h, int code, struct git_version *ret)
{
	(void)git2_error(h->git2, code, &ret->problem, "git object");
	ret->path = strbuf_str(&h->path);
	return 1;
}

static int too_long(struct git_history *h, const char *what, int limit, struct git_version *ret)
{
	(void)err_set(&ret->problem, ERR_LIMIT, "%s (%d)", what, limit);
	ret->path = strbuf_str(&h->path);
	return 1;
}

static int enter_tree(struct git_history *h, const git_oid *id, struct git_version *ret,
		      struct err *err)
{
	git_tree *tree = NULL;
	bool is_new;
	int r;

	if (h->folders.n == LIMIT_PATH_DEPTH) /* not seen: it may be elsewhere too */
		return too_long(h, "folders deeper than path_depth", LIMIT_PATH_DEPTH, ret);
	r = see(h, id, &is_new, err);
	if (r < 0 || !is_new)
		return r;
	r = h->git2->tree_lookup(&tree, h->repository, id);
	return r < 0 ? bad_object(h, r, ret) : enter(h, tree, err);
}

static int read_blob(struct git_history *h, const git_oid *id, struct git_version *ret)
{
	git_object_t type;
	size_t size;
	int r = h->git2->odb_read_header(&size, &type, h->odb, id);

	if (r < 0)
		return bad_object(h, r, ret);
	if (type != GIT_OBJECT_BLOB)
		return 0;
	ret->path = strbuf_str(&h->path);
	if (size > LIMIT_GIT_BLOB_BYTES) {
		(void)err_set(&ret->problem, ERR_LIMIT, "%zu bytes: more than git_blob_bytes (%d)",
			      size, (int)LIMIT_GIT_BLOB_BYTES);
		return 1;
	}
	r = h->git2->odb_read(&h->object, h->odb, id);
	if (r < 0)
		return bad_object(h, r, ret);
	ret->bytes =
		str_make(h->git2->odb_object_data(h->object), h->git2->odb_object_size(h->object));
	return 1;
}

/* 1: a version; 0: go on. */
static int look_at_entry(struct git_history *h, const git_tree_entry *e, struct git_version *ret,
			 struct err *err)
{
	const git_oid *id = h->git2->tree_entry_id(e);
	bool is_new;
	int r;

	switch (h->git2->tree_entry_type(e)) {
	case GIT_OBJECT_TREE:
		return enter_tree(h, id, ret, err);
	case GIT_OBJECT_BLOB:
		r = see(h, id, &is_new, err);
		if (r < 0 || !is_new || h->is_head)
			return r;
		return read_blob(h, id, ret);
	default: /* another repository's commit, which is not here */
		return 0;
	}
}

static int next_of_tree(struct git_history *h, struct git_version *ret, struct err *err)
{
	int r = 0;

	while (h->folders.n && r == 0) {
		struct folder *f = vec_at(&h->folders, h->folders.n - 1);
		const git_tree_entry *e;

		if (f->next == h->git2->tree_entrycount(f->tree)) {
			leave(h);
			continue;
		}
		e = h->git2->tree_entry_byindex(f->tree, f->next++);
		h->path.n = f->path_n;
		if (h->path.n)
			strbuf_addc(&h->path, '/');
		strbuf_adds(&h->path, h->git2->tree_entry_name(e));
		if (strbuf_check(&h->path, NULL) == 0) {
			r = look_at_entry(h, e, ret, err);
			continue;
		}
		h->path.error = ERR_OK;
		h->path.n = f->path_n;
		r = too_long(h, "a path longer than path_bytes", LIMIT_PATH_BYTES, ret);
	}
	return r;
}

/* ---- commits ---- */

/* A commit's message comes before its files. */
static int begin_commit(struct git_history *h, const git_oid *id, struct git_version *ret,
			struct err *err)
{
	git_tree *tree = NULL;
	bool is_new;
	int r;

	r = see(h, id, &is_new, err);
	if (r < 0)
		return r;
	(void)h->git2->oid_tostr(h->commit_hex, sizeof h->commit_hex, id);
	strbuf_reset(&h->path);
	h->git2->commit_free(h->commit);
	h->commit = NULL;
	r = h->git2->commit_lookup(&h->commit, h->repository, id);
	if (r < 0)
		return bad_object(h, r, ret);
	r = h->git2->commit_tree(&tree, h->commit);
	if (r < 0)
		return bad_object(h, r, ret);
	r = see(h, h->git2->tree_id(tree), &is_new, err);
	if (r == 0 && is_new)
		r = enter(h, tree, err);
	else
		h->git2->tree_free(tree);
	ret->path = str_of(GIT_MESSAGE);
	ret->bytes = str_of(h->git2->commit_message(h->commit));
	return r < 0 ? r : 1;
}

static int keep_rest(const git_oid *id, void *context)
{
	struct git_history *h = context;
	git_oid *slot;

	if (map_get(&h->seen, id_of(id)))
		return 0;
	slot = vec_push(&h->rest);
	if (!slot)
		return GIT_EUSER;
	*slot = *id;
	return 0;
}

static int end_walk(struct git_history *h, struct err *err)
{
	int r = h->git2->odb_foreach(h->odb, keep_rest, h);

	h->git2->revwalk_free(h->walk);
	h->walk = NULL;
	h->commit_hex[0] = '\0';
	h->next_rest = h->rest.n; /* commits there belong to no history */
	if (r == GIT_EUSER)
		return err_set(err, ERR_LIMIT, "more objects than git_objects (%d)",
			       (int)LIMIT_GIT_OBJECTS);
	return r < 0 ? git2_error(h->git2, r, err, "list of objects") : 0;
}

static int next_commit(struct git_history *h, struct git_version *ret, struct err *err)
{
	git_oid id;
	int r = h->git2->revwalk_next(&id, h->walk);

	if (r == GIT_ITEROVER)
		return end_walk(h, err);
	if (r == GIT_ENOTFOUND) { /* those that are here are among the rest */
		(void)err_set(&ret->problem, ERR_NOT_FOUND,
			      "not all commits are here, as in a shallow clone");
		ret->path = STR("(history)");
		r = end_walk(h, err);
		h->next_rest = 0;
		return r < 0 ? r : 1;
	}
	if (r < 0)
		return git2_error(h->git2, r, err, "history");
	return begin_commit(h, &id, ret, err);
}

static bool is_commit(const struct git_history *h, const git_oid *id)
{
	git_object_t type;
	size_t size;

	return h->git2->odb_read_header(&size, &type, h->odb, id) == 0 && type == GIT_OBJECT_COMMIT;
}

static int read_lone_blob(struct git_history *h, const git_oid *id, struct git_version *ret)
{
	char hex[GIT_OID_HEXSZ + 1];

	h->commit_hex[0] = '\0';
	strbuf_reset(&h->path);
	strbuf_adds(&h->path, h->git2->oid_tostr(hex, sizeof hex, id));
	return read_blob(h, id, ret);
}

/* Commits first, as they know the paths of files. */
static int next_of_rest(struct git_history *h, struct git_version *ret, struct err *err)
{
	int r = 0;

	while (r == 0 && h->next_rest < 2 * h->rest.n) {
		const git_oid *id = vec_at(&h->rest, h->next_rest % h->rest.n);
		bool for_commits = h->next_rest++ < h->rest.n;

		if (map_get(&h->seen, id_of(id)))
			continue;
		if (!for_commits)
			r = read_lone_blob(h, id, ret);
		else if (is_commit(h, id))
			r = begin_commit(h, id, ret, err);
	}
	return r;
}

int git_history_next(struct git_history *h, struct git_version *ret, struct err *err)
{
	int r = 0;

	h->git2->odb_object_free(h->object);
	h->object = NULL;
	*ret = (struct git_version){0};
	while (r == 0 && (h->folders.n || h->walk))
		r = h->folders.n ? next_of_tree(h, ret, err) : next_commit(h, ret, err);
	if (r == 0)
		r = next_of_rest(h, ret, err);
	ret->commit = str_of(h->commit_hex);
	return r;
}

/* ---- asking again ---- */

static git_commit *find_commit(const struct git_history *h, struct str digits)
{
	git_commit *commit = NULL;
	git_oid id;

	if (h->git2->oid_fromstrn(&id, digits.p, digits.n) < 0 ||
	    h->git2->commit_lookup_prefix(&commit, h->repository, &id, digits.n) < 0)
		return NULL;
	return commit;
}

static bool has_in_head(const struct git_history *h, const git_tree *tree, struct str path)
{
	CLEANUP(freep) char *name = str_dup(path);
	git_tree_entry *e = NULL;
	bool found = name && h->git2->tree_entry_bypath(&e, tree, name) == 0 &&
		     map_get(&h->head, id_of(h->git2->tree_entry_id(e)));

	h->git2->tree_entry_free(e);
	return found;
}

/* Of "a.zip!/b.zip!/c" the commit has the file in front. */
static bool is_in_head(const struct git_history *h, const git_commit *commit, struct str path)
{
	git_tree *tree = NULL;
	bool found = false;

	if (h->git2->commit_tree(&tree, commit) < 0)
		return false;
	for (size_t n = 0; n < path.n && !found; n++) {
		n += str_find(str_skip(path, n), STR("!/"));
		found = has_in_head(h, tree, str_sub(path, 0, n));
	}
	h->git2->tree_free(tree);
	return found;
}

bool git_history_origin(const struct git_history *h, struct str commit, struct str path,
			struct git_origin *ret)
{
	git_commit *found = find_commit(h, commit);
	const git_signature *author;

	*ret = (struct git_origin){0};
	if (!found)
		return false;
	author = h->git2->commit_author(found);
	(void)h->git2->oid_tostr(ret->commit, sizeof ret->commit, h->git2->commit_id(found));
	(void)snprintf(ret->author, sizeof ret->author, "%s <%s>", author->name, author->email);
	ret->time = author->when.time;
	ret->number = (uintptr_t)map_get(&h->seen, id_of(h->git2->commit_id(found)));
	ret->is_message = str_is(path, GIT_MESSAGE);
	ret->in_head = is_in_head(h, found, path);
	h->git2->commit_free(found);
	return true;
}

/* ---- opening ---- */

static git_tree *tree_of_head(const struct git_history *h)
{
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_oid id;

	if (h->git2->reference_name_to_id(&id, h->repository, "HEAD") == 0 &&
	    h->git2->commit_lookup(&commit, h->repository, &id) == 0 &&
	    h->git2->commit_tree(&tree, commit) < 0)
		tree = NULL;
	h->git2->commit_free(commit);
	return tree;
}

/* What is checked out, as far as it can be read; what cannot be read is told by the walk. */
static int mark_head(struct git_history *h, struct err *err)
{
	struct git_version unused = {0};
	git_tree *tree = tree_of_head(h);
	int r = tree ? enter(h, tree, err) : 0;

	h->is_head = true;
	while (r >= 0 && h->folders.n)
		r = next_of_tree(h, &unused, err);
	h->is_head = false;
	return r < 0 ? r : 0;
}

static int start_walk(struct git_history *h, struct err *err)
{
	const struct git2_api *git2 = h->git2;
	int r = git2->repository_odb(&h->odb, h->repository);

	if (r == 0)
		r = git2->revwalk_new(&h->walk, h->repository);
	if (r == 0)
		r = git2->revwalk_sorting(h->walk,
					  GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME | GIT_SORT_REVERSE);
	if (r == 0)
		r = git2->revwalk_push_glob(h->walk, "*");
	if (r == 0 && git2->revwalk_push_head(h->walk) < 0)
		r = 0; /* nothing was committed yet */
	return r < 0 ? git2_error(git2, r, err, "history") : 0;
}

int git_history_open(const char *path, struct git_history **ret, struct err *err)
{
	CLEANUP(git_history_closep) struct git_history *h = calloc(1, sizeof *h);
	int r;

	if (!h)
		return err_nomem(err);
	h->folders = (struct vec)VEC_INIT(struct folder, LIMIT_PATH_DEPTH);
	h->rest = (struct vec)VEC_INIT(git_oid, LIMIT_GIT_OBJECTS);
	h->path = (struct strbuf)STRBUF_INIT(LIMIT_PATH_BYTES);
	map_init(&h->seen, LIMIT_GIT_OBJECTS);
	map_init(&h->head, LIMIT_GIT_OBJECTS);
	arena_init(&h->ids, (size_t)LIMIT_GIT_OBJECTS * 64);
	h->git2 = git2_api_get(err);
	if (!h->git2)
		return -ERR_UNSUPPORTED;
	r = h->git2->repository_open_ext(&h->repository, path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (r < 0)
		return git2_error(h->git2, r, err, path);
	r = start_walk(h, err);
	if (r == 0)
		r = mark_head(h, err);
	if (r == 0)
		*ret = TAKE(h);
	return r;
}

void git_history_close(struct git_history *h)
{
	if (!h)
		return;
	while (h->folders.n)
		leave(h);
	if (h->git2) {
		h->git2->odb_object_free(h->object);
		h->git2->commit_free(h->commit);
		h->git2->revwalk_free(h->walk);
		h->git2->odb_free(h->odb);
		h->git2->repository_free(h->repository);
	}
	vec_done(&h->folders);
	vec_done(&h->rest);
	strbuf_done(&h->path);
	map_done(&h->seen);
	map_done(&h->head);
	arena_done(&h->ids);
	free(h);
}

void git_history_closep(struct git_history **h)
{
	git_history_close(*h);
	*h = NULL;
}
