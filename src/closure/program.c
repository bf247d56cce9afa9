/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     SIZE   DESCRIPTION
 *     1      enum program_kind
 *     4      flags
 *     4      elf_flags
 *     4      uses
 *     2      machine
 *     ..     links: u8 kind, u16 size of the text, text
 */
#include "closure/program.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/cursor.h"
#include "base/limits.h"
#include "base/path.h"

#define HEAD_BYTES    15
#define LINK_TEXT_MAX 4096
#define CONFIG_MAX    262144 /* bytes of a text that is read for the paths it names */
#define ARENA_MAX     ((size_t)LIMIT_PROGRAM_TEXT_BYTES * 64)

void program_draft_init(struct program_draft *d)
{
	*d = (struct program_draft){.bytes = STRBUF_INIT(LIMIT_PROGRAM_LINK_BYTES)};
	arena_init(&d->arena, ARENA_MAX);
	program_draft_reset(d);
}

void program_draft_done(struct program_draft *d)
{
	strbuf_done(&d->bytes);
	arena_done(&d->arena);
}

void program_draft_reset(struct program_draft *d)
{
	static const char empty[HEAD_BYTES];

	d->program = (struct program){0};
	strbuf_reset(&d->bytes);
	d->bytes.error = ERR_OK;
	arena_reset(&d->arena);
	strbuf_add_bytes(&d->bytes, empty, sizeof empty);
}

void program_draft_add(struct program_draft *d, enum link_kind kind, struct str text)
{
	if (text.n == 0 && kind != LINK_ARGUMENTS)
		return;
	if (text.n > LINK_TEXT_MAX || d->bytes.max - d->bytes.n < text.n + 3) {
		d->program.flags |= PROGRAM_PARTIAL;
		return;
	}
	strbuf_addc(&d->bytes, (char)kind);
	strbuf_addc(&d->bytes, (char)(text.n & 0xff));
	strbuf_addc(&d->bytes, (char)(text.n >> 8));
	strbuf_add(&d->bytes, text);
}

void program_draft_unknown(struct program_draft *d, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args); /* cut where it is longer */
	va_end(args);
	program_draft_add(d, LINK_UNKNOWN, str_of(text));
	d->program.flags |= PROGRAM_DYNAMIC;
}

static void put_u32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> (8 * i));
}

struct str program_draft_bytes(struct program_draft *d)
{
	const struct program *p = &d->program;
	char *head = d->bytes.p;

	if (d->bytes.n < HEAD_BYTES || d->bytes.error)
		return STR_NULL;
	head[0] = (char)p->kind;
	put_u32(head + 1, p->flags);
	put_u32(head + 5, p->elf_flags);
	put_u32(head + 9, p->uses);
	head[13] = (char)(p->machine & 0xff);
	head[14] = (char)(p->machine >> 8);
	return strbuf_str(&d->bytes);
}

bool program_read(struct str bytes, struct program *ret)
{
	struct cursor c = cursor_make(bytes);

	ret->kind = (enum program_kind)cursor_u8(&c);
	ret->flags = cursor_u32le(&c);
	ret->elf_flags = cursor_u32le(&c);
	ret->uses = cursor_u32le(&c);
	ret->machine = cursor_u16le(&c);
	ret->links = c.failed ? STR_NULL : str_skip(bytes, c.at);
	return !c.failed;
}

bool program_next(struct program *p, struct program_link *ret)
{
	struct cursor c = cursor_make(p->links);

	ret->kind = (enum link_kind)cursor_u8(&c);
	ret->text = cursor_take(&c, cursor_u16le(&c));
	if (c.failed)
		return false;
	p->links = str_skip(p->links, c.at);
	return true;
}

/* ---- which files ---- */

static bool has_extension(struct str name, const char *const *extensions)
{
	struct str before, after;

	if (!str_rcut(name, '.', &before, &after))
		return false;
	while (*extensions && !str_is(after, *extensions))
		extensions++;
	return *extensions != NULL;
}

static bool is_beside_the_point(struct str path)
{
	static const struct str folders[] = {
		STR("usr/share/doc/"),
		STR("usr/share/man/"),
		STR("usr/lib/debug/"),
		STR("proc/"),
		STR("sys/"),
		STR("dev/"),
		STR("var/lib/dpkg/"),
		STR("lib/apk/db/"),
		STR("var/lib/apt/"),
		STR("usr/src/"),
		STR("usr/share/locale/"),
		STR("usr/include/"),
	};

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		if (str_has_prefix(path, folders[i]))
			return true;
	return false;
}

static bool is_configuration(struct str path, struct str name)
{
	static const char *const extensions[] = {
		"conf",	   "cnf",  "cfg", "ini",    "toml", "yaml", "yml", "properties", "env",
		"service", "json", "xml", "config", "list", "path", "cnf", "supervisor", NULL};

	return str_has_prefix(path, STR("etc/")) || has_extension(name, extensions);
}

bool program_wants(struct str path, uint32_t mode, uint64_t size)
{
	static const char *const extensions[] = {"py",	"pyw", "js",   "mjs", "cjs",  "node", "pl",
						 "pm",	"rb",  "php",  "sh",  "bash", "jar",  "war",
						 "pth", "ru",  "phar", "inc", "pyz",  NULL};
	struct str name = path_base(path);

	if (size == 0 || is_beside_the_point(path))
		return false;
	if (mode & 0111 || has_extension(name, extensions) || str_find(name, STR(".so")) < name.n)
		return true;
	if (size > CONFIG_MAX)
		return false;
	if (str_is(name, "package.json") || str_is(name, "pyvenv.cfg"))
		return true;
	if (str_find(path, STR("node_modules/")) < path.n)
		return false;
	return is_configuration(path, name);
}

/* ---- ELF ---- */

static void add_list(struct program_draft *d, enum link_kind kind, struct str_list list)
{
	for (size_t i = 0; i < list.n; i++)
		program_draft_add(d, kind, list.p[i]);
}

void program_of_elf(const struct elf_program *elf, struct program_draft *d)
{
	struct program *p = &d->program;

	p->kind = PROGRAM_ELF;
	p->elf_flags = elf->flags;
	p->uses = elf->uses;
	p->machine = elf->machine;
	if (elf->flags & (ELF_PARTIAL | ELF_BROKEN))
		p->flags |= PROGRAM_PARTIAL;
	program_draft_add(d, LINK_SONAME, elf->soname);
	program_draft_add(d, LINK_RPATH, elf->rpath);
	program_draft_add(d, LINK_RUNPATH, elf->runpath);
	program_draft_add(d, LINK_INTERPRETER, elf->interpreter);
	add_list(d, LINK_NEEDED, elf->needed);
	add_list(d, LINK_LIBRARY, elf->libraries);
	add_list(d, LINK_PATH, elf->paths);
}
