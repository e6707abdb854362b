"""Settings: their ranges, the sentences for what is out of them, and texts that come back."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import bpstudio as bp
from bpstudio.model.config import (
    GROUPS,
    OPTIMIZERS,
    SETTINGS,
    Setting,
    change_text,
    penalty_text,
    with_optimizer,
    with_penalty,
)
from bpstudio.model.functions import LOSSES
from bpstudio.model.history import SettingChange
from bpstudio.model.initialise import INITIALISERS
from bpstudio.model.methods import OPTIMIZER_METHODS, SCHEDULE_METHODS


def values_of(setting: Setting) -> st.SearchStrategy[Any]:
    """Everything a setting may be."""
    words = [st.just(value) for value in setting.words.values()]
    if setting.choices:
        return st.sampled_from(sorted(setting.choices))
    if setting.kind is bool:
        return st.booleans()
    if setting.kind is int:
        return st.one_of(st.integers(int(setting.low or 0), int(setting.high or 0)), *words)
    floats = st.floats(
        setting.low, setting.high, exclude_min=setting.open_low, allow_infinity=False
    )
    return st.one_of(floats, *words)


def test_that_every_field_has_a_setting_with_a_label_and_help() -> None:
    assert list(SETTINGS) == [field.name for field in fields(bp.TrainingConfig)]
    assert all(setting.label and setting.help for setting in SETTINGS.values())


def test_that_the_choices_are_those_there_are() -> None:
    assert set(SETTINGS["loss"].choices or ()) == set(LOSSES)
    assert set(SETTINGS["initialiser"].choices or ()) == set(INITIALISERS)
    assert set(SETTINGS["optimizer"].choices or ()) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", SETTINGS)
@given(data=st.data())
def test_that_every_allowed_value_survives_being_written_and_read(
    name: str, data: st.DataObject
) -> None:
    setting = SETTINGS[name]
    value = data.draw(values_of(setting))
    config = bp.TrainingConfig(**{name: value})
    assert getattr(config, name) == value
    read = setting.parse(name, setting.text(value))
    assert read == value
    assert type(read) is type(value)
    assert bp.TrainingConfig().with_text([f"{name}={setting.text(value)}"]) == config


@pytest.mark.parametrize("name", SETTINGS)
def test_that_every_preset_is_allowed(name: str) -> None:
    for preset in SETTINGS[name].presets:
        assert getattr(bp.TrainingConfig(**{name: preset}), name) == preset


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0),
        ("batch_size", 1.5),
        ("batch_size", "some"),
        ("batch_size", True),
        ("batch_size", None),
        ("batch_size", math.nan),
        ("learning_rate", 0.0),
        ("learning_rate", -0.1),
        ("learning_rate", 1000.1),
        ("learning_rate", math.nan),
        ("learning_rate", math.inf),
        ("learning_rate", "0.1"),
        ("epochs", 0),
        ("momentum", 1.0),
        ("momentum", -0.1),
        ("l1", -1e-9),
        ("l2", 11),
        ("seed", -1),
        ("seed", 2**31),
        ("shuffle", 1),
        ("optimizer", "adamant"),
        ("loss", None),
        ("target_loss", 0.0),
        ("target_loss", math.inf),
        ("patience", 0),
        ("dtype", "float16"),
        ("engine", "quantum"),
    ],
)
def test_that_what_is_out_of_range_is_refused_in_a_sentence(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{name} is .*: (use|choose one of) .*\.$"):
        bp.TrainingConfig(**{name: value})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("batch_size=0", "batch_size is 0: use a whole number from 1 to 10,000,000 or all."),
        ("learning_rate=fast", "learning_rate is 'fast': use a number above 0 to 1,000."),
        ("patience=soon", "use a whole number from 1 to 100,000,000 or none."),
        ("target_loss=0", "target_loss is 0.0: use a number above 0 or none."),
        ("shuffle=perhaps", "shuffle is 'perhaps': use yes or no."),
        ("optimizer=x", "optimizer is 'x': choose one of " + ", ".join(OPTIMIZERS) + "."),
    ],
)
def test_that_the_sentence_says_what_is_allowed(text: str, wanted: str) -> None:
    with pytest.raises(ValueError, match="is") as caught:
        bp.TrainingConfig().with_text([text])
    assert str(caught.value).endswith(wanted)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("batch-size = ALL", "batch_size", "all"),
        ("batch_size=32", "batch_size", 32),
        ("learning_rate= 1e-3 ", "learning_rate", 0.001),
        ("target_loss=none", "target_loss", None),
        ("patience=7", "patience", 7),
        ("shuffle=no", "shuffle", False),
        ("shuffle=On", "shuffle", True),
        ("loss=binary_cross_entropy", "loss", "binary_cross_entropy"),
    ],
)
def test_that_assignments_are_read_as_people_write_them(text: str, name: str, value: Any) -> None:
    config = bp.TrainingConfig(shuffle=name != "shuffle" or not value)
    assert getattr(config.with_text([text]), name) == value


def test_that_a_minus_sign_from_a_word_processor_is_a_minus() -> None:
    with pytest.raises(ValueError, match=r"momentum is -0\.5"):
        SETTINGS["momentum"].parse("momentum", "−0.5")


@pytest.mark.parametrize("text", ["learning_rate", "rate=0.1", "=0.1", ""])
def test_that_an_assignment_to_nothing_is_refused_with_the_keys(text: str) -> None:
    with pytest.raises(ValueError, match=r"sets nothing: write key=value .* batch_size, learn"):
        bp.TrainingConfig().with_text([text])


def test_that_later_assignments_win_and_the_rest_stays() -> None:
    before = bp.TrainingConfig(epochs=7, seed=3)
    after = before.with_text(["epochs=8", "epochs=9"])
    assert (after.epochs, after.seed, before.epochs) == (9, 3, 7)


def test_that_numbers_of_numpy_become_plain_numbers() -> None:
    config = bp.TrainingConfig(batch_size=np.int64(4), learning_rate=np.float64(0.25), epochs=3.0)  # type: ignore[arg-type]
    assert [type(v) for v in (config.batch_size, config.learning_rate, config.epochs)] == [
        int,
        float,
        int,
    ]


def test_that_a_config_cannot_be_written_to() -> None:
    config: Any = bp.TrainingConfig()
    with pytest.raises(FrozenInstanceError):
        config.epochs = 3


# Penalties as one text


@given(st.floats(0, 10), st.floats(0, 10))
def test_that_penalties_survive_being_written_and_read(l1: float, l2: float) -> None:
    assume(not (math.copysign(1, l1) < 0 or math.copysign(1, l2) < 0))
    config = bp.TrainingConfig(l1=l1, l2=l2)
    assert with_penalty(bp.TrainingConfig(l1=1, l2=1), penalty_text(config)) == replace_others(
        config
    )


def replace_others(config: bp.TrainingConfig) -> bp.TrainingConfig:
    return bp.TrainingConfig(l1=config.l1, l2=config.l2)


@pytest.mark.parametrize(
    ("text", "l1", "l2"),
    [
        ("none", 0, 0),
        ("", 0, 0),
        ("0", 0, 0),
        ("L2 0.001", 0, 0.001),
        ("l1=0.5", 0.5, 0),
        ("L1 0.01 L2 0.02", 0.01, 0.02),
        ("l2 0.02 l1 0.01", 0.01, 0.02),
    ],
)
def test_that_penalties_are_read_as_people_write_them(text: str, l1: float, l2: float) -> None:
    config = with_penalty(bp.TrainingConfig(l1=3, l2=3), text)
    assert (config.l1, config.l2) == (l1, l2)


@pytest.mark.parametrize("text", ["L3 0.1", "0.1", "L2", "L2 0.1 L1", "weight decay"])
def test_that_a_text_that_is_no_penalty_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write none, L2 0\.001 or L1 0\.001"):
        with_penalty(bp.TrainingConfig(), text)


@pytest.mark.parametrize("text", ["L2 eleven", "L2 11", "L1 -1"])
def test_that_a_penalty_out_of_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="use a number from 0 to 10"):
        with_penalty(bp.TrainingConfig(), text)


# What a setting is for


@pytest.mark.parametrize(
    ("settings", "name", "wanted"),
    [
        ({}, "momentum", "momentum has no effect with the optimizer SGD: it belongs to momentum, "
         "nesterov."),
        ({"optimizer": "nesterov"}, "momentum", None),
        ({"optimizer": "adam"}, "epsilon", None),
        ({"optimizer": "rmsprop"}, "beta1", "beta1 has no effect with the optimizer RMSprop: it "
         "belongs to adam, adamw."),
        ({}, "schedule_epochs", "schedule_epochs has no effect with the schedule constant: it "
         "belongs to step, exponential, cosine, plateau."),
        ({"schedule": "cosine"}, "schedule_epochs", None),
        ({"optimizer": "lm"}, "learning_rate", "learning_rate has no effect with "
         "Levenberg–Marquardt, which finds its own step lengths."),
        ({"optimizer": "rprop"}, "clip", "clip has no effect with RProp, which finds its own step "
         "lengths."),
        ({"optimizer": "rprop"}, "learning_rate", None),
        ({"optimizer": "lm"}, "l2", None),
    ],
)  # fmt: skip
def test_that_a_setting_without_effect_is_told_with_the_reason(
    settings: dict[str, Any], name: str, wanted: str | None
) -> None:
    assert bp.TrainingConfig(**settings).idle(name) == wanted


def test_that_the_tables_of_methods_name_settings_that_there_are() -> None:
    for method in (*OPTIMIZER_METHODS.values(), *SCHEDULE_METHODS.values()):
        assert {*method.settings, *method.without} <= set(SETTINGS)
        for name, usual in (("learning_rate", method.rate), ("batch_size", method.batch)):
            assert usual is None or SETTINGS[name].checked(name, usual) == usual


# Another optimizer


def test_that_another_optimizer_comes_with_its_usual_values_and_a_sentence() -> None:
    config, sentence = with_optimizer(bp.TrainingConfig(4, 0.3), "adam")
    assert (config.optimizer, config.learning_rate, config.batch_size) == ("adam", 0.01, 4)
    assert sentence == "Adam usually starts with learning rate 0.01: set so, instead of 0.3."
    config, sentence = with_optimizer(bp.TrainingConfig(4, 0.3), "rprop")
    assert (config.learning_rate, config.batch_size) == (0.01, "all")
    assert sentence == (
        "RProp usually starts with learning rate 0.01 and batch all: set so, instead of 0.3 and 4."
    )


def test_that_what_is_fixed_stays_and_only_what_does_not_suit_is_told() -> None:
    config, sentence = with_optimizer(
        bp.TrainingConfig(4, 0.3), "rprop", {"learning_rate", "batch_size"}
    )
    assert config == bp.TrainingConfig(4, 0.3, optimizer="rprop")
    assert sentence.startswith("RProp needs the slope over all rows: batch all suits it better")
    config, sentence = with_optimizer(bp.TrainingConfig(4, 0.3), "adam", {"learning_rate"})
    assert (config, sentence) == (bp.TrainingConfig(4, 0.3, optimizer="adam"), "")


def test_that_on_the_way_back_come_values_that_suit_the_data() -> None:
    suited = bp.TrainingConfig(10, 0.1)
    config, _ = with_optimizer(bp.TrainingConfig(4, 0.3), "rprop")
    back, sentence = with_optimizer(config, "momentum", suited=suited)
    assert (back.learning_rate, back.batch_size) == (0.1, 10)
    assert "momentum usually starts with learning rate 0.1 and batch 10" in sentence


def test_that_levenberg_marquardt_leaves_the_learning_rate_it_does_not_use() -> None:
    config, sentence = with_optimizer(bp.TrainingConfig(4, 0.3), "lm")
    assert (config.learning_rate, config.batch_size) == (0.3, "all")
    assert sentence.startswith("Levenberg–Marquardt usually starts with batch all")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_that_the_same_optimizer_changes_nothing(name: str) -> None:
    config = bp.TrainingConfig(4, 0.3, optimizer=name)
    assert with_optimizer(config, name) == (config, "")


def test_that_every_setting_is_in_one_group() -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(SETTINGS)


@pytest.mark.parametrize(
    ("setting", "before", "after", "text"),
    [
        ("learning_rate", 0.5, 0.125, "learning rate 0.5 → 0.125"),
        ("batch_size", 4, "all", "batch 4 → all"),
        ("l2", 0.0, 0.01, "L2 0 → 0.01"),
        ("optimizer", "sgd", "adam", "optimizer SGD → Adam"),
        ("clip", "none", 1.0, "clip none → 1"),
        ("from_a_newer_version", 1, 2, "from_a_newer_version 1 → 2"),
    ],
)
def test_that_a_change_reads_as_people_say_it(
    setting: str, before: Any, after: Any, text: str
) -> None:
    assert change_text(SettingChange(3, setting, before, after)) == text
