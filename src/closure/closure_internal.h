/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of closure/: the merged tree as it is asked for, what is needed so far, and the rules.
 *
 *     place.c            paths of the image, each looked up once
 *     closure.c          the queue: from the commands to all that is needed
 *     closure_elf.c      libraries            closure_script.c  commands, sourced files, settings
 *     closure_python.c   modules              closure_node.c    packages
 *     closure_assume.c   what is read without being named
 *     closure_sum.c      packages, folders, gaps: the report
 */
#pragma once

#include "base/map.h"
#include "closure/closure.h"
#include "closure/program.h"

/*
 * A path of the image. What is there may be a link, or may be reached through one: `next` then is
 * where it leads, and needing this place is needing all of them.
 */
struct place {
	struct str path; /* cleaned */
	bool exists;
	bool is_open; /* being looked up: a loop of links comes back to it */
	bool is_needed;
	uint8_t type;		  /* enum node_type; of the end of the way */
	struct view_hit hit;	  /* what stands here: of a link the link */
	struct view_hit file;	  /* the bytes of a regular file */
	const struct place *dir;  /* NULL: the root's own */
	const struct place *next; /* NULL: the end of the way */
	struct need *need;	  /* of the end of the way */
	struct str_list names;	  /* of a directory, once listed */
	bool is_listed;
	bool is_seen;	 /* a folder whose naming was followed, or settings that were read, once */
	uint8_t n_links; /* symbolic links on the way to it, those of folders too */
	/* All below it was assumed: but for some folders, or without exception. */
	bool is_tree_but_some, is_tree;
};

/* A file that is needed, and why. */
struct need {
	struct place *place; /* the end of the way */
	const struct need *by;
	struct str why;
	bool is_assumed;
	struct need *later; /* in the queue */
	/* of ELF: the search paths that it passes on to what it needs */
	struct str rpath;
};

struct queue {
	struct need *first, *last;
};

/* Which interpreters were met: each brings search paths of its own. */
struct python {
	struct str dirs[64];
	size_t n;
	struct str tag;	    /* "cpython-311" */
	struct str version; /* "3.11" */
};

struct closure {
	const struct closure_input *in;
	struct report *report;
	struct arena *arena; /* the report's */
	struct arena temp;
	struct view view;
	struct map places;  /* path -> struct place */
	struct map imports; /* folder, module, sureness -> what was asked once */
	unsigned depth;	    /* of lookups within each other */
	uint8_t **marks;    /* of each layer, a bit for each node: it is needed */
	struct queue sure, assumed;
	bool is_assuming; /* what is needed now is assumed */
	struct vec needs; /* struct need * */
	struct vec gaps;  /* struct needs_gap */
	uint64_t n_gaps_unlisted;
	struct str path, ld_path, workdir; /* of the environment */
	struct str_list env;
	struct str_list arguments; /* of the command that is followed, for "$@" */
	struct str_list lib_dirs;  /* of the dynamic linker; made once */
	bool has_lib_dirs;
	struct python pythons[4];
	size_t n_pythons;
	struct str perl_dirs[32];
	size_t n_perl_dirs;
	bool has_guessed_perl;
	unsigned assumed_uses; /* enum elf_use whose rules were applied */
	bool has_libc, has_tls;
	double confidence;
	const struct need *gap_by; /* of the last gap */
	size_t n_gaps_by;
	const struct need *arguments_by; /* whose arguments were followed last */
	uint64_t n_steps, max_steps;
	bool is_exhausted; /* max_steps were gone: nothing is found any more */
	bool no_memory;
};

/* ---- place.c ---- */

/* Notes that work was done; false: it is more than needs_steps. */
bool closure_spend(struct closure *c, uint64_t n_steps);

int places_init(struct closure *c, struct err *err);
void places_done(struct closure *c);

/* The place of a path, absolute or from the root; NULL: nothing is there. */
struct place *place_find(struct closure *c, struct str path);
/* path below dir; not when path is absolute */
struct place *place_below(struct closure *c, struct str dir, struct str path);
/* Where it leads at last: a file or directory. */
struct place *place_end(struct place *p);
bool place_is_file(const struct place *p);
bool place_is_dir(const struct place *p);
/* Whether its file may be executed. */
bool place_is_executable(const struct closure *c, const struct place *p);
uint64_t place_size(const struct closure *c, const struct place *p);
/* Sorted names of a directory. */
struct str_list place_names(struct closure *c, struct place *dir);
/* Whether a name in it begins so: asked before names with several endings are tried. */
bool place_has_prefix(struct closure *c, struct place *dir, struct str prefix);
/* The program that its file is; false: nothing is known of it. *at: 0 first, for several. */
bool place_program(const struct closure *c, const struct place *p, struct program *ret);

/* ---- closure.c ---- */

/* Notes that it is needed, with all links on the way. NULL is passed over. */
void need(struct closure *c, struct place *p, const struct need *by, struct str why);
/* The same as an assumption. */
void assume(struct closure *c, struct place *p, const struct need *by, struct str why);
/* All files below a directory; those in folders of the name `but` (NULL: none) are left out. */
void assume_tree(struct closure *c, struct place *dir, const struct need *by, struct str why,
		 const char *but);
void gap(struct closure *c, const struct need *by, struct str what, double factor);

/* "${NAME}", "${NAME:-x}" replaced by the environment's; false: one is not known. */
bool closure_expand(struct closure *c, struct str text, struct str *ret);
struct str closure_env(const struct closure *c, const char *name);
struct str join(struct closure *c, struct str dir, struct str name);

/* ---- of each kind ---- */

void follow_elf(struct closure *c, struct need *n, struct program *p);
void need_library(struct closure *c, struct need *n, const struct program *elf, struct str name,
		  bool is_sure);
void follow_uses(struct closure *c, const struct need *n, const struct program *p,
		 struct str soname);

/* The commands that the links name, as if they ran in workdir. */
void follow_script(struct closure *c, struct need *n, struct program *p);
void follow_command_line(struct closure *c, struct str text, struct str why);
void follow_command(struct closure *c, const struct need *by, struct str command, bool is_sure);
/* A path that a program's data or settings name. */
void follow_path(struct closure *c, const struct need *by, struct str path);

void python_meet(struct closure *c, const struct need *by, const struct place *as,
		 const struct place *interpreter);
void follow_python(struct closure *c, struct need *n, struct program *p);
void python_run(struct closure *c, const struct need *by, struct str module, bool is_sure);

void follow_node(struct closure *c, struct need *n, struct program *p);
void node_require(struct closure *c, const struct need *by, struct str dir, struct str name);
/* The script of that name in the package.json of workdir. */
void npm_run(struct closure *c, const struct need *by, struct str name);
struct place *node_script(struct closure *c, struct str path);

void perl_meet(struct closure *c, const struct need *n, struct program p);
void perl_module(struct closure *c, const struct need *by, struct str module);
void follow_perl(struct closure *c, struct need *n, struct program *p);

int closure_sum(struct closure *c, struct err *err);
