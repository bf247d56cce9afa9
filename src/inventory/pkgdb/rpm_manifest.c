/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CBL-Mariner and Azure Linux leave in distroless images instead of an rpm database: one line
 * a package, ten columns between tabs, absent values as "(none)".
 *
 *     bash 5.1.8-4.azl3 1653816591 1653753130 Microsoft (none) 9496 x86_64 0 bash-5.1.8-4.src.rpm
 *
 * The columns: name, version-release, installed and built (unix time), vendor, epoch, size, arch,
 * epoch as a number, source rpm. A line that stops after the second is read too, with a problem.
 */
#include <inttypes.h>

#include "base/limits.h"
#include "inventory/pkgdb/attributes.h"
#include "inventory/pkgdb/rpm_header.h"

enum column {
	NAME,
	VERSION,
	INSTALLTIME,
	BUILDTIME,
	VENDOR,
	EPOCH,
	SIZE,
	ARCH,
	EPOCHNUM,
	SOURCERPM,
	N_COLUMNS,
};

struct line {
	struct str column[N_COLUMNS];
	size_t n; /* columns present */
};

static struct line split(struct str text)
{
	struct line line = {.n = 0};

	while (line.n < N_COLUMNS && str_pull_until(&text, '\t', &line.column[line.n])) {
		line.column[line.n] = rpm_none(line.column[line.n]);
		line.n++;
	}
	return line;
}

static int add_line(const struct line *line, struct pkg_sink *sink, struct err *err)
{
	struct attributes attrs = ATTRIBUTES_INIT(sink->scratch);
	struct package p = {.type = STR("rpm"),
			    .name = line->column[NAME],
			    .version = line->column[VERSION],
			    .vendor = line->column[VENDOR],
			    .arch = line->column[ARCH]};
	uint64_t epoch = 0;
	int r;

	if (str_parse_u64(line->column[EPOCH], &epoch) && epoch != 0) {
		p.version =
			arena_strf(sink->scratch, "%" PRIu64 ":%.*s", epoch, STR_FMT(p.version));
		if (!p.version.p)
			return err_nomem(err);
	}
	(void)rpm_source_split(line->column[SOURCERPM], &p.source_name, &p.source_version);
	if (str_is(line->column[EPOCH], "0"))
		attributes_add(&attrs, "epoch", STR("0"));
	attributes_add(&attrs, "installtime", line->column[INSTALLTIME]);
	attributes_add(&attrs, "size", line->column[SIZE]);
	attributes_add(&attrs, "sourcerpm", line->column[SOURCERPM]);
	r = attributes_get(&attrs, &p.attributes, err);
	return r < 0 ? r : pkg_sink_add(sink, &p);
}

static int parse(const struct pkgdb_input *in, struct pkg_sink *sink, struct err *err)
{
	struct str rest = in->bytes, text;
	struct err why;
	int r = 0;

	for (size_t lineno = 1; r == 0 && str_pull_line(&rest, &text); lineno++) {
		struct line line = split(text);

		if (str_trim(text).n == 0)
			continue;
		if (line.n < N_COLUMNS) {
			(void)err_set(&why, ERR_FORMAT, "line %zu: %zu columns, expected %d",
				      lineno, line.n, N_COLUMNS);
			r = pkg_sink_problem(sink, &why);
		}
		if (r == 0 && line.column[NAME].n && line.column[VERSION].n)
			r = add_line(&line, sink, err);
		else if (r == 0 && line.n == N_COLUMNS) {
			(void)err_set(&why, ERR_FORMAT, "line %zu: no name or version", lineno);
			r = pkg_sink_problem(sink, &why);
		}
	}
	return r;
}

static const char *const paths[] = {"var/lib/rpmmanifest/container-manifest-2", NULL};

const struct pkgdb pkgdb_rpm_manifest = {
	.id = "rpm-manifest",
	.title = "rpm, manifest of Azure Linux and CBL-Mariner distroless images",
	.spec = "https://github.com/microsoft/azurelinux, container-manifest-2",
	.paths = paths,
	.max_size = LIMIT_PKGDB_BYTES,
	.flags = PKGDB_MAY_BE_EMPTY,
	.parse = parse,
};
