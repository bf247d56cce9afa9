/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The family of what can be checked: Dockerfile, Compose, Kubernetes, the configuration of an
 * image.
 *
 * A language knows its files by name and content, reads one, and walks it: everything it meets is
 * given to judge_subject with the facts of its scope. To add one: its file, a line in
 * language_list.def (sorted), rules/<id>.yaml.
 *
 * Files that mean something for each other (a NetworkPolicy here, the pods that it is about there)
 * are a set: source_set.h reads them all, lets them know each other and judges one after the other.
 *
 * Ownership: what `check` reads is its own and gone when it returns; what findings need is copied
 * into the report. Threads: none of these keeps state.
 */
#pragma once

#include "check/judge.h"
#include "check/scope.h"

struct shellcheck_cache;

/* A file, as it was found or given on stdin. */
struct source_file {
	struct str path; /* as shown */
	struct str bytes;
	/*
	 * Other files that a language may ask for (.dockerignore, env_file, a sibling manifest):
	 * ERR_NOT_FOUND when there is none, also when nothing can be asked (stdin).
	 */
	int (*read_beside)(const struct source_file *f, struct str name, struct arena *arena,
			   struct str *ret, struct err *err);
	bool is_example; /* of a rule: what else is installed must not matter */
	/*
	 * The names in a folder beside it ("" is its own), those of folders with a slash behind;
	 * NULL: cannot be asked.
	 */
	int (*list_beside)(const struct source_file *f, struct str folder, struct arena *arena,
			   struct str_list *ret, struct err *err);
	void *context;			     /* of the two */
	bool content_trust;		     /* DOCKER_CONTENT_TRUST is on where this runs */
	struct shellcheck_cache *shellcheck; /* what it has said in this run; NULL: nothing kept */
	/* Which it is, when that is known: an editor says it. NULL: by name and content. */
	const struct language *language;
};

/* A file of a set, as its language has read it; its own struct begins with this one. */
struct source_part {
	struct str path; /* as shown; the part's own copy */
	size_t n_bytes;	 /* of memory that it takes */
};

/*
 * How the files of one run are checked together: all are read, then joined once, then judged.
 *
 * Threads: `read` may run on several at once, a file each. `join` runs alone and may change the
 * parts; from then on they are only read, so that `judge` may run on several at once, a part and a
 * judge each. Findings are those of the file that the part is of; their order is that of the parts.
 */
struct language_set {
	/* Keeps what it needs of the file. What is broken in it is told when it is judged. */
	int (*read)(const struct source_file *f, struct source_part **ret, struct err *err);
	/*
	 * complete: what is in none of the parts is nowhere, as far as can be seen. What is made
	 * lives in the arena, which outlives the judging.
	 */
	int (*join)(struct source_part *const *parts, size_t n, bool complete, struct arena *arena,
		    struct err *err);
	/* 1: it was assessed; 0: the report says why not. */
	int (*judge)(const struct source_part *part, struct judge *j, struct err *err);
	void (*free)(struct source_part *part); /* NULL is fine */
};

#define LANGUAGE_SURELY 100 /* a score: no other language is asked */

struct language {
	const char *id;	   /* "dockerfile": also the name of its pack and the front of its scopes */
	const char *title; /* "Dockerfile" */
	const char *example_name; /* of a file: "Dockerfile", "compose.yaml" */
	const struct scope *scopes;
	size_t n_scopes;
	const char *limit; /* of its files' bytes, by name; NULL: yaml_bytes */
	uint64_t max_bytes;
	/* 0: no; the largest wins, of equal ones the first. By name and a look at the bytes. */
	unsigned (*score)(const struct source_file *f);
	/*
	 * One file alone. Errors: what cannot be read is a problem of the judgement's report, not
	 * an error here.
	 */
	int (*check)(const struct source_file *f, struct judge *j, struct err *err);
	/*
	 * The same for an example of a rule that is a map instead of a text (files beside it, a
	 * configuration with a tree of files); NULL: only texts.
	 */
	int (*check_example)(const struct yaml_node *what, struct judge *j, struct err *err);
	/*
	 * What is dear is asked once for files that are checked next, one by one (ShellCheck, into
	 * the cache of the first); what comes of it is no different. NULL: nothing is.
	 */
	void (*prepare)(const struct source_file *const *files, size_t n, struct judge *j);
	const struct language_set *set; /* NULL: its files mean nothing for each other */
	/* Appends the images it names, struct image_use (image_use.h); NULL: it names none. */
	int (*images)(const struct source_file *f, struct arena *a, struct vec *uses,
		      struct err *err);
};

extern const struct language *const languages[]; /* NULL-ended, sorted by id */

const struct language *language_find(struct str id);
/* The one whose file this is; NULL: none. */
const struct language *language_of(const struct source_file *f);

/* The scopes of all languages. NULL behind the last; NULL when unknown. */
const struct scope *scope_at(size_t i);
const struct scope *scope_find(struct str name);
