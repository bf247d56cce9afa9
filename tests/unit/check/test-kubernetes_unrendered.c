/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/limits.h"
#include "check/kubernetes_unrendered.h"

TEST(templates_are_told_from_texts_with_braces)
{
	static const struct {
		const char *text;
		bool parses, is;
	} rows[] = {
		{"a: {{ .Values.a }}", true, true},
		{"a: '{{ .Release.Name }}'", true, true},
		{"a: '{{ include \"x\" . }}'", true, true},
		{"a: '{{ $labels.x }}'", true, false},
		{"a: '{{inputs.x}}'", true, false},
		{"{{- if x }}", false, true},
		{"a: [", false, false},
		{"a: '{{ x }} .Values'", true, false},
		{"", true, false},
		{"{{", true, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (is_helm_template(str_of(rows[i].text), rows[i].parses) != rows[i].is)
			fail_msg("%s", rows[i].text);
}

TEST(the_chart_is_what_stands_before_templates)
{
	assert_str(helm_chart_of(STR("web/templates/a/b.yaml")), "web");
	assert_str(helm_chart_of(STR("templates/b.yaml")), ".");
	assert_str(helm_chart_of(STR("x/b.yaml")), "x");
	assert_str(helm_chart_of(STR("b.yaml")), ".");
}

TEST(patches_are_files_not_texts)
{
	static const char text[] = "patches:\n- path: ./a.yaml\n- patch: '[]'\n- path: ../b.yaml\n"
				   "patchesStrategicMerge:\n- c.yaml\n- |-\n  kind: Pod\n"
				   "patchesJson6902: [{path: d/e.yaml}]\nresources: [f.yaml]\n";
	static const char *const want[] = {"x/a.yaml", "b.yaml", "x/c.yaml", "x/d/e.yaml"};
	struct yaml_file *file = NULL;
	struct str_list list = {0};
	struct arena arena;
	struct err err = {0};

	arena_init(&arena, LIMIT_ARENA_BYTES);
	assert_int_equal(yaml_parse(STR(text), &file, &err), 0);
	assert_int_equal(kustomize_patches(yaml_document(file, 0), STR("x/kustomization.yaml"),
					   &arena, &list, &err),
			 0);
	assert_int_equal(list.n, 4);
	for (size_t i = 0; i < list.n; i++)
		assert_str(list.p[i], want[i]);
	arena_done(&arena);
	yaml_file_free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(templates_are_told_from_texts_with_braces),
		RUN(the_chart_is_what_stands_before_templates),
		RUN(patches_are_files_not_texts),
	};

	return RUN_ALL(tests);
}
