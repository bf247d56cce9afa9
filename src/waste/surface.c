/* SPDX-License-Identifier: Apache-2.0 */
#include "waste/surface.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/path.h"

struct program {
	size_t list; /* offset in struct report_surface */
	struct str name;
};

static const struct program programs[] = {
#define PROGRAM(list, name) {offsetof(struct report_surface, list), STR(name)},
#include "waste/program.def"
#undef PROGRAM
};

int surface_init(struct surface *s, struct report *report, struct err *err)
{
	int r = 0;

	*s = (struct surface){.report = report};
	report->surface = (struct report_surface){0};
	map_init(&s->programs, ARRAY_LEN(programs));
	s->found = calloc(ARRAY_LEN(programs), sizeof *s->found);
	if (!s->found)
		return err_nomem(err);
	for (size_t i = 0; i < ARRAY_LEN(programs) && r == 0; i++)
		r = map_put(&s->programs, programs[i].name, (void *)(uintptr_t)&programs[i]);
	return r < 0 ? err_nomem(err) : 0;
}

void surface_done(struct surface *s)
{
	map_done(&s->programs);
	free(s->found);
	s->found = NULL;
}

/* "python3.11" is python, "gcc-12" gcc; "x86_64" stays, since nothing would be left. */
static struct str without_version(struct str name)
{
	size_t n = name.n;

	while (n > 0 && (char_is_digit(name.p[n - 1]) || name.p[n - 1] == '.'))
		n--;
	if (n > 0 && n < name.n && name.p[n - 1] == '-')
		n--;
	return n ? str_sub(name, 0, n) : name;
}

static bool is_in_bin(struct str path)
{
	struct str folder = path_base(path_dir(path));

	return str_is(folder, "bin") || str_is(folder, "sbin");
}

static bool is_library(struct str name)
{
	return str_has_prefix(name, STR("lib")) && str_find(name, STR(".so")) < name.n;
}

void surface_see(struct surface *s, struct str path, struct str name, const struct tree_node *node)
{
	struct report_surface *out = &s->report->surface;
	const struct program *p;
	bool is_file = node->type == NODE_FILE || node->type == NODE_HARDLINK;

	if (node->type == NODE_FILE && node->mode & 0111 && !is_library(name))
		out->n_executables++;
	if (is_file && node->mode & 04000 && node->mode & 0111)
		out->n_setuid++;
	if (is_file && node->mode & 02000 && node->mode & 0010)
		out->n_setgid++;
	if (is_file && node->mode & 0002)
		out->n_world_writable++;
	if (!(node->type == NODE_SYMLINK || (is_file && node->mode & 0111)) || !is_in_bin(path))
		return;
	p = map_get(&s->programs, name);
	if (!p)
		p = map_get(&s->programs, without_version(name));
	if (p)
		s->found[p - programs] = true;
}

/* ---- users ---- */

static bool lets_in(struct str shell)
{
	static const char *const closed[] = {"nologin", "false", "true",
					     "sync",	"halt",	 "shutdown"};
	struct str name = path_base(shell);

	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (str_is(name, closed[i]))
			return false;
	return true; /* none is set: /bin/sh */
}

static int put_logins(struct surface *s, struct err *err)
{
	const struct vec *accounts = &s->report->accounts;
	struct str *names = arena_array(&s->report->arena, accounts->n + 1, sizeof *names);
	size_t n = 0;

	if (!names)
		return err_nomem(err);
	for (size_t i = 0; i < accounts->n; i++) {
		const struct report_account *a = vec_at(accounts, i);

		if (!a->is_group && lets_in(a->shell))
			names[n++] = a->name;
	}
	s->report->surface.logins = (struct str_list){names, n};
	return 0;
}

/* ---- all of it ---- */

/* Rows of one list stand together. */
static int put_programs(struct surface *s, struct err *err)
{
	struct str *next = arena_array(&s->report->arena, ARRAY_LEN(programs), sizeof *next);

	if (!next)
		return err_nomem(err);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		char *out = (char *)&s->report->surface;
		struct str_list *list = (struct str_list *)(void *)(out + programs[i].list);

		if (!s->found[i])
			continue;
		if (list->n++ == 0)
			list->p = next;
		*next++ = programs[i].name;
	}
	return 0;
}

int surface_finish(struct surface *s, struct err *err)
{
	int r = put_programs(s, err);

	for (size_t i = 0; i < s->report->files.n; i++) {
		const struct report_file *f = vec_at(&s->report->files, i);

		s->report->surface.n_capabilities += f->visible && f->capabilities.n > 0;
	}
	s->report->surface.is_known = true;
	return r < 0 ? r : put_logins(s, err);
}
