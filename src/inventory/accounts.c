/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     root:x:0:0:root:/root:/bin/bash      passwd: name, password, uid, gid, -, home, shell
 *     root:$6$salt$hash:19000:0:99999:7::: shadow: name, password, ...
 *     adm:x:4:syslog                       group: name, password, gid, members
 */
#include "inventory/accounts.h"

#include "base/limits.h"
#include "base/map.h"

#define PASSWD "etc/passwd"
#define SHADOW "etc/shadow"
#define GROUP  "etc/group"

const char *const accounts_paths[] = {PASSWD, SHADOW, GROUP, NULL};

struct shadow_entry {
	struct str name, password;
	uint64_t line;
	bool is_used; /* by a line of passwd */
};

struct reading {
	const struct distro_files *files;
	struct arena *arena;
	struct vec *accounts;
	struct map by_name; /* struct shadow_entry */
	struct vec shadow;  /* struct shadow_entry * */
	bool has_shadow;
	const char *path; /* of the file at hand */
	bool is_full;
};

static void problem(const struct reading *r, enum err_code code, uint64_t line, const char *what)
{
	struct err e = {0};

	if (line)
		err_set(&e, code, "line %llu: %s", (unsigned long long)line, what);
	else
		err_set(&e, code, "%s", what);
	r->files->problem(r->files->ctx, str_of(r->path), &e);
}

/* A file that could not be read was captured as zeros. */
static bool open_file(struct reading *r, const char *path, struct str *ret)
{
	r->path = path;
	if (!r->files->get(r->files->ctx, str_of(path), ret))
		return false;
	if (str_find_char(*ret, '\0') == ret->n)
		return true;
	problem(r, ERR_FORMAT, 0, "holds NUL bytes; not read");
	return false;
}

/* The next line that is an account's, cut at its colons; missing fields are empty. */
static bool next_account(const struct reading *r, struct str *text, uint64_t *line,
			 struct str fields[7])
{
	struct str one;

	while (str_pull_line(text, &one)) {
		struct str rest = one;

		++*line;
		if (str_is_empty(str_trim(one)) || strchr("#+-", one.p[0]))
			continue;
		if (str_find_char(one, ':') == one.n || one.p[0] == ':') {
			problem(r, ERR_FORMAT, *line, "expected \"NAME:PASSWORD:...\"");
			continue;
		}
		for (int i = 0; i < 7; i++) {
			fields[i] = STR_NULL;
			(void)str_pull_until(&rest, ':', &fields[i]); /* missing: empty */
		}
		return true;
	}
	return false;
}

static struct report_account *push(struct reading *r, uint64_t line)
{
	struct report_account *a = vec_push(r->accounts);

	if (!a && !r->is_full)
		problem(r, ERR_LIMIT, line, "more than accounts; the rest is left out");
	r->is_full |= !a;
	if (a)
		*a = (struct report_account){.path = str_of(r->path), .line = line};
	return a;
}

/* crypt(5): $id$..., the 13 characters of DES, the 20 of its extended form. */
static bool is_hash(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !memchr("./$_=,+-", s.p[i], 8))
			return false;
	if (s.n > 3 && s.p[0] == '$')
		return true;
	return s.n == 13 || (s.n == 20 && s.p[0] == '_');
}

static void set_password(struct report_account *a, struct str field)
{
	if (field.n == 0) {
		a->password = PASSWORD_EMPTY;
	} else if (is_hash(field)) {
		a->password = PASSWORD_SET;
		a->password_hash = field;
	} else {
		a->password = PASSWORD_LOCKED;
	}
}

static int read_shadow(struct reading *r)
{
	struct str text, fields[7];
	uint64_t line = 0;
	int e = 0;

	if (!open_file(r, SHADOW, &text))
		return 0;
	r->has_shadow = true;
	while (e == 0 && next_account(r, &text, &line, fields)) {
		struct shadow_entry *s = arena_alloc(r->arena, sizeof *s), **slot;

		slot = s ? vec_push(&r->shadow) : NULL;
		if (!slot) {
			problem(r, ERR_LIMIT, line, "more than accounts; the rest is left out");
			return s ? 0 : -ERR_NOMEM;
		}
		*s = (struct shadow_entry){fields[0], fields[1], line, false};
		*slot = s;
		if (!map_get(&r->by_name, s->name)) /* the first counts, as for the C library */
			e = map_put(&r->by_name, s->name, s);
	}
	return e;
}

static void put_user(struct reading *r, const struct str fields[7], uint64_t line)
{
	struct report_account *a = push(r, line);
	struct shadow_entry *s = map_get(&r->by_name, fields[0]);

	if (!a)
		return;
	a->name = fields[0];
	a->has_id = str_parse_u64(fields[2], &a->id);
	if (!a->has_id)
		problem(r, ERR_FORMAT, line, "the third field is no number");
	(void)str_parse_u64(fields[3], &a->gid); /* 0 when it is no number */
	a->home = fields[5];
	a->shell = str_trim(fields[6]);
	if (!str_is(fields[1], "x"))
		set_password(a, fields[1]);
	else if (s)
		set_password(a, s->password);
	else
		a->password = r->has_shadow ? PASSWORD_LOCKED : PASSWORD_UNKNOWN;
	if (s)
		s->is_used = true;
}

static void put_only_shadow(struct reading *r)
{
	r->path = SHADOW;
	for (size_t i = 0; i < r->shadow.n; i++) {
		const struct shadow_entry *s = *(struct shadow_entry **)vec_at(&r->shadow, i);
		struct report_account *a;

		if (s->is_used || map_get(&r->by_name, s->name) != s)
			continue;
		a = push(r, s->line);
		if (!a)
			return;
		a->name = s->name;
		set_password(a, s->password);
	}
}

static void read_users(struct reading *r)
{
	struct str text, fields[7];
	uint64_t line = 0;

	if (open_file(r, PASSWD, &text))
		while (next_account(r, &text, &line, fields))
			put_user(r, fields, line);
	put_only_shadow(r);
}

static void read_groups(struct reading *r)
{
	struct str text, fields[7];
	uint64_t line = 0;

	if (!open_file(r, GROUP, &text))
		return;
	while (next_account(r, &text, &line, fields)) {
		struct report_account *a = push(r, line);

		if (!a)
			return;
		a->is_group = true;
		a->name = fields[0];
		a->has_id = str_parse_u64(fields[2], &a->id);
		if (!a->has_id)
			problem(r, ERR_FORMAT, line, "the third field is no number");
	}
}

int accounts_read(const struct distro_files *files, struct arena *arena, struct vec *ret,
		  struct err *err)
{
	struct reading r = {.files = files,
			    .arena = arena,
			    .accounts = ret,
			    .shadow = VEC_INIT(struct shadow_entry *, LIMIT_ACCOUNTS)};
	int e;

	map_init(&r.by_name, LIMIT_ACCOUNTS);
	e = read_shadow(&r);
	if (e == 0)
		read_users(&r);
	if (e == 0)
		read_groups(&r);
	vec_done(&r.shadow);
	map_done(&r.by_name);
	return e < 0 ? err_nomem(err) : 0;
}
