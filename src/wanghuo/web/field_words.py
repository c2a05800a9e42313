"""What is wrong with a field, said in Chinese and English with the remedy."""

from typing import Any

from pydantic import BaseModel


class FieldProblem(BaseModel):
    """One unusable field. field: a path such as `records.3.kind`."""

    field: str
    message_zh: str
    message_en: str
    remedy_zh: str
    remedy_en: str


# pydantic's error type → (Chinese, Chinese remedy, English remedy); {x} comes from the error's ctx
WORDS: dict[str, tuple[str, str, str]] = {
    "missing": ("缺少这一项", "请补充这一项", "add this field"),
    "json_invalid": ("不是有效的 JSON", "请检查 JSON 语法", "check the JSON syntax"),
    "string_too_short": (
        "太短", "至少 {min_length} 个字符", "give at least {min_length} characters",
    ),
    "string_too_long": ("太长", "最多 {max_length} 个字符", "give at most {max_length} characters"),
    "string_type": ("应为文本", "请填写文本", "give a text"),
    "string_pattern_mismatch": ("格式不符", "应符合 {pattern}", "match the pattern {pattern}"),
    "int_parsing": ("不是整数", "请填写整数", "give a whole number"),
    "int_type": ("应为整数", "请填写整数", "give a whole number"),
    "float_parsing": ("不是数字", "请填写数字", "give a number"),
    "float_type": ("应为数字", "请填写数字", "give a number"),
    "bool_parsing": ("不是真假值", "请填写 true 或 false", "give true or false"),
    "enum": ("不在可选值内", "可选：{expected}", "choose one of {expected}"),
    "literal_error": ("不在可选值内", "可选：{expected}", "choose one of {expected}"),
    "greater_than": ("太小", "应大于 {gt}", "give more than {gt}"),
    "greater_than_equal": ("太小", "应不小于 {ge}", "give at least {ge}"),
    "less_than": ("太大", "应小于 {lt}", "give less than {lt}"),
    "less_than_equal": ("太大", "应不大于 {le}", "give at most {le}"),
    "too_long": ("太多", "最多 {max_length} 项", "give at most {max_length} items"),
    "too_short": ("太少", "至少 {min_length} 项", "give at least {min_length} items"),
    "datetime_parsing": (
        "不是时间", "如 2026-06-01T12:00:00Z", "write it like 2026-06-01T12:00:00Z",
    ),
    "datetime_from_date_parsing": (
        "不是时间", "如 2026-06-01T12:00:00Z", "write it like 2026-06-01T12:00:00Z",
    ),
    "timezone_aware": ("缺少时区", "请在末尾加 Z", "add the time zone, e.g. Z"),
    "extra_forbidden": ("没有这一项", "请去掉这一项", "leave this field out"),
    "model_attributes_type": (
        "应为 JSON 对象",
        "请以 Content-Type: application/json 发送对象",
        "send a JSON object with Content-Type: application/json",
    ),
    "list_type": ("应为列表", "请填写列表", "give a list"),
    "dict_type": ("应为对象", "请填写对象", "give an object"),
}  # fmt: skip
_OTHER = ("值不符合要求", "请按接口文档填写", "see docs/api.md for this field")


class _Gaps(dict[str, Any]):
    """A remedy whose number the validator did not tell stays readable."""

    def __missing__(self, key: str) -> str:
        return "…"


def told(error: dict[str, Any]) -> FieldProblem:
    """One validation error (`loc`, `msg`, `type`, `ctx`) in both languages.

    The value itself is never repeated: it may be a password.
    """
    where = [str(part) for part in error["loc"] if part not in {"body", "query", "path"}]
    zh, remedy_zh, remedy_en = WORDS.get(error["type"], _OTHER)
    gaps = _Gaps(error.get("ctx") or {})
    return FieldProblem(
        field=".".join(where) or "body",
        message_zh=zh,
        message_en=str(error["msg"]),
        remedy_zh=remedy_zh.format_map(gaps),
        remedy_en=remedy_en.format_map(gaps),
    )
