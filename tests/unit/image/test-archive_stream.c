/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "base/file_stream.h"
#include "base/limits.h"
#include "base/memory_stream.h"
#include "crypto/digest.h"
#include "image/sources/archive.h"
#include "tests/unit/image/tar_builder.h"

#define HEX	 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MANIFEST "[{\"Config\": \"c.json\", \"RepoTags\": [\"demo:1\"], \"Layers\": [%s]}]"

/* An archive in memory, and how it is read. */
struct sample {
	struct strbuf bytes;
	struct memory_stream in;
	struct source *src;
	struct err err;
	struct strbuf seen; /* "k:content " of each blob */
	size_t n;
};

static void open_sample(struct sample *s, enum archive_form form, size_t most)
{
	struct source_request q = {.location = "-"};

	s->in = memory_stream_make(strbuf_str(&s->bytes));
	s->in.most = most;
	s->seen = (struct strbuf)STRBUF_INIT(1 << 20);
	assert_int_equal(source_stream(&s->in.stream, &q, form, &s->src, NULL), 0);
}

/* Reads n bytes of each blob at most. */
static int walk(struct sample *s, size_t n)
{
	struct source_blob blob;
	struct stream *in = NULL;
	char buf[64];
	int r;

	while ((r = s->src->next_blob(s->src, &blob, &in, &s->err)) > 0) {
		ssize_t got = stream_read(in, buf, n < sizeof buf ? n : sizeof buf, &s->err);

		strbuf_addf(&s->seen, "%zu:%.*s ", ++s->n, got > 0 ? (int)got : 0, buf);
		if (blob.promised.n)
			strbuf_addf(&s->seen, "(%.11s) ", blob.promised.p);
		stream_close(in);
		if (got < 0)
			return (int)got;
	}
	return r;
}

static void done(struct sample *s)
{
	source_close(s->src);
	strbuf_done(&s->bytes);
	strbuf_done(&s->seen);
}

static struct sample empty(void)
{
	return (struct sample){.bytes = STRBUF_INIT(1 << 24)};
}

/* c.json with as many made-up diff ids as there are layers. */
static void add_config(struct strbuf *sb, size_t n_layers)
{
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(1 << 16);

	strbuf_adds(&json, "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":"
			   "{\"type\":\"layers\",\"diff_ids\":[");
	for (size_t i = 0; i < n_layers; i++)
		strbuf_adds(&json, i ? ",\"sha256:" HEX "\"" : "\"sha256:" HEX "\"");
	strbuf_adds(&json, "]}}");
	tar_add_file(sb, "c.json", strbuf_str(&json));
}

static void add_manifest(struct strbuf *sb, const char *layers)
{
	CLEANUP(strbuf_done) struct strbuf json = STRBUF_INIT(1 << 16);

	strbuf_addf(&json, MANIFEST, layers);
	tar_add_file(sb, "manifest.json", strbuf_str(&json));
}

TEST(layers_pass_before_the_manifest_that_names_them)
{
	for (size_t most = 0; most < 1000; most += 333) {
		struct sample s = empty();

		tar_add_file(&s.bytes, "a/layer.tar", STR("first"));
		tar_add_file(&s.bytes, HEX ".tar", STR("second"));
		tar_add(&s.bytes, "b/layer.tar", '2', "../a/layer.tar", STR_NULL);
		add_config(&s.bytes, 3);
		add_manifest(&s.bytes, "\"" HEX ".tar\", \"b/layer.tar\", \"a/layer.tar\"");
		tar_end(&s.bytes);
		open_sample(&s, ARCHIVE_ANY, most);
		assert_int_equal(walk(&s, 64), 0);
		assert_str(strbuf_str(&s.seen), "1:first 2:second (sha256:0123) ");
		assert_string_equal(s.src->transport, "docker-archive");
		assert_int_equal(s.src->n_layers, 3);
		assert_int_equal(s.src->layers[0].passed, 2);
		assert_int_equal(s.src->layers[1].passed, 1);
		assert_int_equal(s.src->layers[2].passed, 1);
		assert_int_equal(s.src->layers[0].size, 6);
		assert_int_equal(s.src->next_blob(s.src, NULL, NULL, NULL), 0);
		done(&s);
	}
}

TEST(a_blob_need_not_be_read_to_its_end)
{
	struct sample s = empty();

	tar_add_file(&s.bytes, "a.tar", STR("first"));
	tar_add_file(&s.bytes, "b.tar", STR("second"));
	add_config(&s.bytes, 1);
	add_manifest(&s.bytes, "\"b.tar\"");
	tar_end(&s.bytes);
	open_sample(&s, ARCHIVE_DOCKER, 0);
	assert_int_equal(walk(&s, 2), 0);
	assert_str(strbuf_str(&s.seen), "1:fi 2:se ");
	assert_int_equal(s.src->layers[0].passed, 2);
	done(&s);
}

TEST(a_root_file_system_is_one_blob_from_its_first_byte_on)
{
	struct sample s = empty();
	struct source_blob blob;
	struct stream *in = NULL;
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(1 << 24);
	char buf[1000];
	ssize_t n;

	tar_add(&s.bytes, "./", '5', NULL, STR_NULL);
	tar_add_file(&s.bytes, "etc/hostname", STR("x\n"));
	tar_end(&s.bytes);
	open_sample(&s, ARCHIVE_ANY, 100);
	assert_int_equal(s.src->next_blob(s.src, &blob, &in, NULL), 1);
	while ((n = stream_read(in, buf, sizeof buf, NULL)) > 0)
		strbuf_add_bytes(&all, buf, (size_t)n);
	stream_close(in);
	assert_true(str_eq(strbuf_str(&all), strbuf_str(&s.bytes)));
	assert_int_equal(s.src->next_blob(s.src, &blob, &in, NULL), 0);
	assert_string_equal(s.src->transport, "rootfs");
	assert_int_equal(s.src->layers[0].passed, 1);
	done(&s);
}

TEST(json_that_is_a_layer_after_all_can_be_opened)
{
	struct sample s = empty();
	struct stream *in = NULL;
	char buf[8];

	tar_add_file(&s.bytes, "odd", STR("{}"));
	add_config(&s.bytes, 1);
	add_manifest(&s.bytes, "\"odd\"");
	tar_end(&s.bytes);
	open_sample(&s, ARCHIVE_DOCKER, 0);
	assert_int_equal(walk(&s, 64), 0);
	assert_int_equal(s.src->layers[0].passed, 0);
	assert_int_equal(source_open_layer(s.src, 0, &in, NULL), 0);
	assert_int_equal(stream_read(in, buf, sizeof buf, NULL), 2);
	stream_close(in);
	done(&s);
}

TEST(a_layer_that_had_neither_name_nor_content_of_one_is_an_error)
{
	struct sample s = empty();
	struct stream *in = NULL;

	tar_add_file(&s.bytes, "VERSION", STR("1.0"));
	add_config(&s.bytes, 1);
	add_manifest(&s.bytes, "\"VERSION\"");
	tar_end(&s.bytes);
	open_sample(&s, ARCHIVE_DOCKER, 0);
	assert_int_equal(walk(&s, 64), 0);
	assert_int_equal(source_open_layer(s.src, 0, &in, &s.err), -ERR_UNSUPPORTED);
	assert_has(s.err.msg, "member \"VERSION\" has neither the name nor the content of a layer");
	done(&s);
}

TEST(attestations_leave_room_for_the_manifest)
{
	struct sample s = empty();
	CLEANUP(freep) char *big = malloc(LIMIT_ARCHIVE_KEPT_BYTES / 8);

	assert_non_null(big);
	memset(big, ' ', LIMIT_ARCHIVE_KEPT_BYTES / 8);
	big[0] = '{';
	s.bytes.max = (size_t)1 << 28;
	for (int i = 0; i < 16; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "blobs/sha256/%d", i);
		tar_add_file(&s.bytes, name, str_make(big, LIMIT_ARCHIVE_KEPT_BYTES / 8));
	}
	tar_add_file(&s.bytes, "x.tar", STR("layer"));
	add_config(&s.bytes, 1);
	add_manifest(&s.bytes, "\"x.tar\"");
	tar_end(&s.bytes);
	open_sample(&s, ARCHIVE_ANY, 0);
	assert_int_equal(walk(&s, 64), 0);
	assert_int_equal(s.src->n_layers, 1);
	done(&s);
}

TEST(errors_begin_with_the_location)
{
	static const struct {
		const char *member, *content;
		enum archive_form form;
		size_t cut; /* bytes taken off the end */
		int want;
		const char *says;
	} bad[] = {
		{"x.tar", "abc", ARCHIVE_DOCKER, 0, -ERR_NOT_FOUND,
		 "-: no member \"manifest.json\" in the archive"},
		{"x.tar", "abc", ARCHIVE_OCI, 0, -ERR_NOT_FOUND,
		 "-: oci-layout: no member \"oci-layout\" in the archive"},
		{HEX ".tar", "abc", ARCHIVE_ANY, 0, -ERR_FORMAT,
		 "-: begins like an image archive, but has no manifest.json"},
		{"manifest.json", "{", ARCHIVE_ANY, 0, -ERR_FORMAT, "-: manifest.json: "},
		{"manifest.json", "{}", ARCHIVE_ANY, 0, -ERR_FORMAT,
		 "-: manifest.json: expected a list of images"},
		{"x.tar", "abc", ARCHIVE_DOCKER, 1024 + 510, -ERR_FORMAT,
		 "-: member \"x.tar\": entry 1: "},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct sample s = empty();

		tar_add_file(&s.bytes, bad[i].member, str_of(bad[i].content));
		tar_end(&s.bytes);
		s.bytes.n -= bad[i].cut;
		open_sample(&s, bad[i].form, 0);
		assert_int_equal(walk(&s, 64), bad[i].want);
		assert_has(s.err.msg, bad[i].says);
		assert_int_equal(strncmp(s.err.msg, "-: ", 3), 0);
		done(&s);
	}
}

TEST(what_stands_behind_the_end_is_read_up_to_a_limit)
{
	for (int over = 0; over < 2; over++) {
		struct sample s = empty();

		s.bytes.max = (size_t)1 << 28;
		tar_add_file(&s.bytes, "x.tar", STR("layer"));
		add_config(&s.bytes, 1);
		add_manifest(&s.bytes, "\"x.tar\"");
		tar_end(&s.bytes);
		for (size_t i = 0; i < LIMIT_ARCHIVE_PADDING_BYTES / 1024 * (size_t)(1 + over); i++)
			if (i >= 1024)
				tar_end(&s.bytes);
		open_sample(&s, ARCHIVE_ANY, 0);
		assert_int_equal(walk(&s, 64), over ? -ERR_LIMIT : 0);
		if (over)
			assert_has(s.err.msg, "archive_padding_bytes");
		assert_int_equal(s.in.left.n == 0, !over);
		done(&s);
	}
}

TEST(a_packed_root_file_system_says_how_long_it_is)
{
	static const char packed[] = "\x1f\x8b\x08"; /* gzip by its magic; not unpacked here */
	char path[] = "/tmp/plimsoll-XXXXXX";
	int fd = mkstemp(path);
	struct source_request q = {.location = path};
	struct source *src = NULL;
	struct source_blob blob;
	struct stream *in;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, packed, sizeof packed), sizeof packed);
	(void)lseek(fd, 0, SEEK_SET);
	assert_int_equal(fd_stream_new(dup(fd), &in, NULL), 0);
	assert_int_equal(archive_stream_new(in, fd, &q, ARCHIVE_ROOTFS, &src, NULL), 0);
	assert_int_equal(src->next_blob(src, &blob, &in, NULL), 1);
	assert_int_equal(blob.size, sizeof packed);
	stream_close(in);
	source_close(src);
	(void)close(fd);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(layers_pass_before_the_manifest_that_names_them),
		RUN(a_blob_need_not_be_read_to_its_end),
		RUN(a_root_file_system_is_one_blob_from_its_first_byte_on),
		RUN(json_that_is_a_layer_after_all_can_be_opened),
		RUN(a_layer_that_had_neither_name_nor_content_of_one_is_an_error),
		RUN(attestations_leave_room_for_the_manifest),
		RUN(errors_begin_with_the_location),
		RUN(a_packed_root_file_system_says_how_long_it_is),
		RUN(what_stands_behind_the_end_is_read_up_to_a_limit),
	};

	return RUN_ALL(tests);
}
