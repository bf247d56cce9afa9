/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel modules say what they are in their ELF section .modinfo, NUL-ended "key=value" texts:
 *
 *     name=intel_oaktrail
 *     version=0.4ac1                    many have none: they are versioned with the kernel
 *     license=GPL
 *     author=Yin Kangkai
 *     srcversion=8C16B7B7E4C8F6F5E2E4B0A
 *     vermagic=5.15.0-91-generic SMP mod_unload modversions
 *
 * A module may be packed whole with gzip, xz or zstd.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/path.h"
#include "base/strbuf.h"
#include "codec/decompress.h"
#include "codec/elf.h"
#include "inventory/pkgdb.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/packed.h"

#define READ_BYTES 8192

/* The packed bytes as a stream. */
struct memory_stream {
	struct stream stream;
	struct str left;
};

static ssize_t memory_read(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct memory_stream *m = (struct memory_stream *)s;
	struct str part = str_sub(m->left, 0, n);

	(void)err;
	if (part.n)
		memcpy(buf, part.p, part.n);
	m->left = str_skip(m->left, part.n);
	return (ssize_t)part.n;
}

static void memory_close(struct stream *s)
{
	(void)s; /* on the stack of unpack */
}

static int read_all(struct stream *s, struct strbuf *sb, struct err *err)
{
	ssize_t n;

	do {
		char *room = strbuf_reserve(sb, READ_BYTES);

		if (!room)
			return sb->error == ERR_LIMIT ? err_set(err, ERR_LIMIT,
								"unpacks to more than "
								"kernel_module_bytes (%d), or "
								"packed_ratio (%d) times its size",
								(int)LIMIT_KERNEL_MODULE_BYTES,
								(int)LIMIT_PACKED_RATIO)
						      : strbuf_check(sb, err);
		n = stream_read(s, room, READ_BYTES, err);
		if (n > 0)
			strbuf_commit(sb, (size_t)n);
	} while (n > 0);
	return (int)n;
}

static int unpack(struct str packed, enum compression kind, struct strbuf *sb, struct err *err)
{
	struct memory_stream m = {{memory_read, memory_close}, packed};
	CLEANUP(stream_closep) struct stream *plain = NULL;
	int r = decompress_open(&m.stream, kind, &plain, err);

	return r < 0 ? r : read_all(plain, sb, err);
}

struct module {
	struct str name, version, license, author, srcversion, vermagic;
};

static int read_modinfo(struct str section, struct module *m, struct pkg_sink *sink)
{
	const struct {
		const char *key;
		struct str *to;
	} fields[] = {
		{"name", &m->name},	{"version", &m->version},	{"license", &m->license},
		{"author", &m->author}, {"srcversion", &m->srcversion}, {"vermagic", &m->vermagic},
	};
	struct str text, key, value;
	struct err problem;

	while (str_pull_until(&section, '\0', &text)) {
		if (text.n == 0)
			continue; /* padding */
		if (!str_cut(text, '=', &key, &value)) {
			(void)err_set(&problem, ERR_FORMAT, ".modinfo: \"%.*s\" is no key=value",
				      STR_FMT(str_sub(text, 0, 100)));
			return pkg_sink_problem(sink, &problem);
		}
		for (size_t i = 0; i < ARRAY_LEN(fields); i++)
			if (fields[i].to->n == 0 && str_is(key, fields[i].key))
				*fields[i].to = str_trim(value);
	}
	return 0;
}

/* "lib/modules/.../snd-hda.ko.xz" -> "snd-hda": kernels before 4.10 wrote no name. */
static struct str name_of_path(struct str path)
{
	struct str base = path_base(path);

	return str_sub(base, 0, str_find(base, STR(".ko")));
}

static int add_module(const struct pkgdb_input *in, struct str elf, struct pkg_sink *sink,
		      struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("generic")};
	struct module m = {0};
	struct str section;
	int r = elf_section(elf, ".modinfo", &section, err);

	if (r == 0)
		r = read_modinfo(section, &m, sink);
	if (r < 0)
		return r;
	p.name = m.name.n ? m.name : name_of_path(in->path);
	p.version = m.version;
	if (m.license.n)
		p.licenses = (struct str_list){&m.license, 1};
	p.vendor = m.author;
	attributes_add(&attrs, "kind", STR("kernel-module"));
	attributes_add(&attrs, "srcversion", m.srcversion);
	attributes_add(&attrs, "vermagic", m.vermagic);
	r = attributes_get(&attrs, &p.attributes, err);
	if (r < 0 || p.name.n == 0)
		return r < 0 ? r : err_set(err, ERR_FORMAT, "module without a name");
	return pkg_sink_add(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	CLEANUP(strbuf_done)
	struct strbuf plain = STRBUF_INIT(packed_limit(in->bytes, LIMIT_KERNEL_MODULE_BYTES));
	enum compression kind = compression_of(in->bytes);
	int r;

	if (kind == COMPRESSION_NONE)
		return add_module(in, in->bytes, sink, err);
	r = unpack(in->bytes, kind, &plain, err);
	return r < 0 ? r : add_module(in, strbuf_str(&plain), sink, err);
}

static const char *const paths[] = {
	"lib/modules/**/*.ko",	      "lib/modules/**/*.ko.gz",	     "lib/modules/**/*.ko.xz",
	"lib/modules/**/*.ko.zst",    "usr/lib/modules/**/*.ko",     "usr/lib/modules/**/*.ko.gz",
	"usr/lib/modules/**/*.ko.xz", "usr/lib/modules/**/*.ko.zst", NULL,
};

const struct pkgdb pkgdb_kernel_module = {
	.id = "kernel_module",
	.title = "Linux kernel modules",
	.spec = "https://docs.kernel.org, include/linux/moduleparam.h (MODULE_INFO)",
	.paths = paths,
	.max_size = LIMIT_KERNEL_MODULE_BYTES,
	.flags = PKGDB_ALONE,
	.parse = parse,
};
