/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory/distro.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/vec.h"
#include "inventory/distro_draft.h"
#include "inventory/shell_vars.h"

const char *const distro_paths[] = {
	"etc/os-release",
	"usr/lib/os-release",
	"etc/alpine-release",
	"etc/almalinux-release",
	"etc/apk/repositories",
	"etc/apt/sources.list",
	"etc/apt/sources.list.d/debian.sources",
	"etc/arch-release",
	"etc/azurelinux-release",
	"etc/centos-release",
	"etc/debian_version",
	"etc/enterprise-release",
	"etc/fedora-release",
	"etc/gentoo-release",
	"etc/lsb-release",
	"etc/mageia-release",
	"etc/mandriva-release",
	"etc/mariner-release",
	"etc/openEuler-release",
	"etc/openwrt_release",
	"etc/oracle-release",
	"etc/photon-release",
	"etc/redhat-release",
	"etc/rocky-release",
	"etc/slackware-version",
	"etc/SuSE-release",
	"etc/system-release",
	"etc/system-release-cpe",
	"usr/lib/system-release",
	"usr/lib/system-release-cpe",
	NULL,
};

static const char *const os_release_paths[] = {"etc/os-release", "usr/lib/os-release", NULL};

static const struct field {
	const char *key;
	size_t offset; /* into struct distro_draft */
} fields[] = {
	{"NAME", offsetof(struct distro_draft, d.name)},
	{"PRETTY_NAME", offsetof(struct distro_draft, d.pretty_name)},
	{"VERSION_ID", offsetof(struct distro_draft, d.version_id)},
	{"VERSION_CODENAME", offsetof(struct distro_draft, d.codename)},
	{"VARIANT_ID", offsetof(struct distro_draft, d.variant_id)},
	{"CPE_NAME", offsetof(struct distro_draft, d.cpe)},
	{"ID", offsetof(struct distro_draft, d.id)},
	{"VERSION", offsetof(struct distro_draft, version)},
	{"UBUNTU_CODENAME", offsetof(struct distro_draft, ubuntu_codename)},
	{"DEBIAN_CODENAME", offsetof(struct distro_draft, debian_codename)},
};

struct str distro_lower(struct distro_draft *draft, struct str s)
{
	char *p = s.n ? arena_alloc(draft->arena, s.n) : NULL;

	draft->out_of_memory |= s.n && !p;
	for (size_t i = 0; p && i < s.n; i++)
		p[i] = char_lower(s.p[i]);
	return str_make(p, p ? s.n : 0);
}

static struct str_list split_words(struct distro_draft *draft, struct str s)
{
	CLEANUP(vec_done) struct vec words = VEC_INIT(struct str, LIMIT_KEPT_FILE_BYTES);
	struct str word, *slot, *kept;

	while (str_pull_word(&s, &word) && (slot = vec_push(&words)))
		*slot = distro_lower(draft, word);
	kept = words.n ? arena_array(draft->arena, words.n, sizeof *kept) : NULL;
	draft->out_of_memory |= words.n && !kept;
	if (!kept)
		return (struct str_list){0};
	memcpy(kept, words.p, words.n * sizeof *kept);
	return (struct str_list){kept, words.n};
}

static void set_field(struct distro_draft *draft, struct str key, struct str value)
{
	if (str_is(key, "ID_LIKE"))
		draft->d.id_like = split_words(draft, value);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_is(key, fields[i].key))
			*(struct str *)((char *)draft + fields[i].offset) = str_trim(value);
}

static bool is_id(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!char_is_alnum(s.p[i]) && !memchr("._-", s.p[i], 3))
			return false;
	return s.n > 0;
}

static void report(struct distro_draft *draft, struct str path, const struct err *what)
{
	draft->files->problem(draft->files->ctx, path, what);
}

/* Whether the file said who it is. */
static bool read_os_release(struct distro_draft *draft, struct str path, struct str bytes)
{
	struct shell_vars v = shell_vars_make(bytes, draft->arena);
	struct err err;

	while (shell_vars_next(&v)) {
		draft->out_of_memory |= v.problem.code == ERR_NOMEM;
		if (v.problem.code)
			report(draft, path, &v.problem);
		if (v.key.n)
			set_field(draft, v.key, v.value);
	}
	draft->d.source = path;
	if (draft->d.id.n && !is_id(draft->d.id)) {
		(void)err_set(&err, ERR_FORMAT, "ID \"%.*s\": not of the form of a name",
			      STR_FMT(str_sub(draft->d.id, 0, 100)));
		report(draft, path, &err);
	}
	draft->d.id = distro_lower(draft, draft->d.id);
	draft->d.codename = distro_lower(draft, draft->d.codename);
	if (draft->d.id.n)
		return true;
	(void)err_set(&err, ERR_FORMAT, "no ID in it");
	report(draft, path, &err);
	return false;
}

static bool read_any_os_release(struct distro_draft *draft)
{
	struct distro_draft empty = *draft;
	struct str bytes;

	for (size_t i = 0; os_release_paths[i]; i++) {
		if (!distro_get(draft, os_release_paths[i], &bytes))
			continue;
		if (read_os_release(draft, str_of(os_release_paths[i]), bytes))
			return true;
		empty.out_of_memory |= draft->out_of_memory;
		*draft = empty;
	}
	return false;
}

/* "CentOS Linux release 7.9.2009 (Core)" -> "7.9.2009" */
static struct str release_number(struct str bytes)
{
	struct str word;

	while (str_pull_word(&bytes, &word))
		if (char_is_digit(word.p[0]))
			return word;
	return STR_NULL;
}

/* What os-release leaves out and another file of that family knows. */
static void add_point_release(struct distro_draft *draft)
{
	struct distro *d = &draft->d;
	struct str bytes, number = STR_NULL;

	if (str_is(d->id, "debian") && distro_get(draft, "etc/debian_version", &bytes))
		distro_read_debian_version(draft, bytes);
	else if (str_is(d->id, "centos") && distro_get(draft, "etc/centos-release", &bytes))
		number = release_number(bytes);
	else if (str_is(d->id, "ubuntu"))
		number = release_number(draft->version);
	if (number.n > d->version_id.n && str_has_prefix(number, d->version_id))
		d->point_release = number;
	if (d->cpe.n == 0 && distro_get(draft, "etc/system-release-cpe", &bytes))
		d->cpe = str_trim(str_sub(bytes, 0, str_find_char(bytes, '\n')));
}

/* Copies every slice into the arena. */
static int keep(struct distro_draft *draft, struct distro *ret, struct err *err)
{
	static const size_t slices[] = {
		offsetof(struct distro, id),
		offsetof(struct distro, name),
		offsetof(struct distro, pretty_name),
		offsetof(struct distro, version_id),
		offsetof(struct distro, point_release),
		offsetof(struct distro, codename),
		offsetof(struct distro, variant_id),
		offsetof(struct distro, cpe),
		offsetof(struct distro, release),
		offsetof(struct distro, base_release),
		offsetof(struct distro, source),
		offsetof(struct distro, eol),
		offsetof(struct distro, eol_extended),
		offsetof(struct distro, eol_as_of),
	};

	for (size_t i = 0; i < ARRAY_LEN(slices); i++) {
		struct str *s = (struct str *)((char *)&draft->d + slices[i]);

		*s = s->n ? distro_made(draft, arena_str(draft->arena, *s)) : STR_NULL;
	}
	if (draft->out_of_memory)
		return err_nomem(err);
	*ret = draft->d;
	return 0;
}

int distro_read(const struct distro_files *files, struct arena *arena, struct distro *ret,
		struct err *err)
{
	struct distro_draft draft = {.files = files, .arena = arena};

	if (read_any_os_release(&draft))
		add_point_release(&draft);
	else
		distro_read_legacy(&draft);
	distro_set_release(&draft);
	return keep(&draft, ret, err);
}
