/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one file would need if it were run or loaded: its kind, and links to other files by name.
 *
 *     program_draft_init(&d);
 *     if (program_wants(path, mode, size)) ...               by its name alone
 *     program_of_elf(elf, &d);                               from codec/elf_program.h
 *     r = program_of_text(path, text, &d);                   scripts, configuration; 0: it is none
 *     bytes = program_draft_bytes(&d);                       into the layer's record
 *
 *     program_read(bytes, &program);
 *     while (program_next(&program, &link)) ...
 *
 * Links are names as the file has them: which file of the image they mean is found when all layers
 * are known (closure.h). Of a script nothing is kept but such names: no argument that is neither
 * path, module nor command, and no text. Variables stand as "${NAME}" or "${NAME:-default}".
 *
 * Ownership: program_read borrows. Threads: a draft belongs to one. Errors: ERR_NOMEM.
 * Limits: program_link_bytes for all names of one file; beyond it PROGRAM_PARTIAL is set.
 */
#pragma once

#include "base/arena.h"
#include "base/strbuf.h"
#include "codec/elf_program.h"

enum program_kind {
	PROGRAM_ELF = 1,
	PROGRAM_SHELL,
	PROGRAM_PYTHON,
	PROGRAM_NODE,
	PROGRAM_PERL,
	PROGRAM_RUBY,
	PROGRAM_PHP,
	PROGRAM_JAR,
	PROGRAM_NPM,	/* package.json */
	PROGRAM_CONFIG, /* a text that names files */
	PROGRAM_OTHER,	/* a script of another interpreter */
};

enum link_kind {
	/* of ELF */
	LINK_INTERPRETER = 1, /* also of "#!": a path */
	LINK_SONAME,
	LINK_NEEDED,
	LINK_RPATH,
	LINK_RUNPATH,
	LINK_LIBRARY, /* a library named in its data: opened at run time, perhaps */
	/* of any */
	LINK_PATH,	 /* a path it names: absolute, or with a slash */
	LINK_COMMAND,	 /* a program it runs: by its path, or looked for in PATH */
	LINK_ARGUMENTS,	 /* runs its own arguments as a command: exec "$@" */
	LINK_SOURCE,	 /* a script it reads as its own: by its path, or looked for in PATH */
	LINK_SCRIPT,	 /* the file that an interpreter is given to run */
	LINK_UNKNOWN,	 /* what it does that cannot be followed, in words */
	LINK_PYTHON,	 /* "a.b", "..a": a module; leading dots are relative */
	LINK_PYTHON_MAY, /* "a.b": a module or something inside of one */
	LINK_PYTHON_RUN, /* python -m */
	LINK_NODE,	 /* what require and import are given: "./x", "pkg/sub" */
	LINK_PERL,	 /* "A::B" */
	LINK_RUBY,	 /* "a/b" */
	LINK_RUBY_HERE,	 /* the same, relative to the file */
	LINK_JAR,	 /* of Class-Path, relative to the jar */
	LINK_SETTING,	 /* of package.json, pyvenv.cfg: "key\x1fvalue" */
	LINK_NPM_RUN,	 /* the name of a script of package.json */
};

enum program_flag {
	PROGRAM_PARTIAL = 1 << 0, /* more names than fit, or its text is too long */
	PROGRAM_DYNAMIC = 1 << 1, /* loads what only running it tells */
};

struct program_link {
	enum link_kind kind;
	struct str text;
};

struct program {
	enum program_kind kind;
	unsigned flags;	    /* enum program_flag */
	unsigned elf_flags; /* enum elf_flag */
	unsigned uses;	    /* enum elf_use */
	uint16_t machine;
	struct str links; /* what program_next has not taken yet */
};

struct program_draft {
	struct strbuf bytes;
	struct program program; /* but for its links */
	struct arena arena;	/* while it is made */
};

void program_draft_init(struct program_draft *d);
void program_draft_done(struct program_draft *d);
void program_draft_reset(struct program_draft *d);
void program_draft_add(struct program_draft *d, enum link_kind kind, struct str text);
/* LINK_UNKNOWN */
void program_draft_unknown(struct program_draft *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
struct str program_draft_bytes(struct program_draft *d);

bool program_read(struct str bytes, struct program *ret);
bool program_next(struct program *p, struct program_link *ret);

/* Whether the file of that path and mode could be a program, a part of one or its configuration. */
bool program_wants(struct str path, uint32_t mode, uint64_t size);

void program_of_elf(const struct elf_program *elf, struct program_draft *d);
/* 1 when the draft is to be kept, 0 when the text links to nothing, or ERR_NOMEM. */
int program_of_text(struct str path, struct str text, struct program_draft *d);
/* META-INF/MANIFEST.MF of a jar. */
void program_of_manifest(struct str text, struct program_draft *d);

/* ---- of each kind of text; inside of this module ---- */

/* The links of a shell script; also of one line of it (config, package.json). */
int program_shell_links(struct str text, struct program_draft *d);
void program_python_links(struct str text, struct program_draft *d);
void program_node_links(struct str text, struct program_draft *d);
void program_npm_links(struct str text, struct program_draft *d);
void program_perl_links(struct str text, struct program_draft *d);
void program_ruby_links(struct str text, struct program_draft *d);
void program_php_links(struct str text, struct program_draft *d);
/* Absolute paths that stand in the text, quoted or between blanks. */
void program_path_links(struct str text, struct program_draft *d);
