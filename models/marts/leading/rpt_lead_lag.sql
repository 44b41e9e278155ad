-- sqlfluff:exclude_rules:ST06,RF04,AM04,LT02
-- Which leading measure goes before which lagging one, and by how many months: the association
-- within reps in the months for learning, and whether it came true again in later ones. It is no
-- effect: nobody was coached by lot here (decision 0047).
{%- set key = [
    'leading_indicator_id', 'leading_measure_id', 'lagging_indicator_id', 'lagging_measure_id',
    'lag_months'
] %}
{%- set parts = ['learning', 'hold_out'] %}
with

indicators as (
    select * from {{ ref('indicators') }}
    where is_lead_lag
),

sums as (
    select * from {{ ref('ind_lead_lag_sum') }}
),

draws as (
    select * from {{ ref('ind_lead_lag_draw') }}
),

lags as (
    {% for lag in range(7) %}
        select {{ lag }} as lag_months
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

asked as (
    select
        leads.indicator_id as leading_indicator_id,
        leads.measure_id as leading_measure_id,
        outcomes.indicator_id as lagging_indicator_id,
        outcomes.measure_id as lagging_measure_id,
        lags.lag_months,
        case
            when leads.direction <> 'context' and outcomes.direction <> 'context'
                then case when leads.direction = outcomes.direction then 1 else -1 end
        end as hoped_sign,
        -- What is open today is closed in the next months: then the pair is tied by how it is made.
        coalesce(leads.minimum_n_of = outcomes.minimum_n_of, false) as shares_cases
    from indicators as leads
    inner join indicators as outcomes
        on leads.timing = 'leading' and outcomes.timing = 'lagging'
    cross join lags
),

-- Both parts beside each other.
observed as (
    select
        {{ key | join(',\n        ') }},
        min(first_month_number) as first_month_number,
        min(hold_out_month_number) as hold_out_month_number,
        min(last_month_number) as last_month_number,
        {% for part in parts %}
            {% set here = 'is_hold_out' if part == 'hold_out' else 'not is_hold_out' %}
            sum(case when {{ here }} then 1 else 0 end) as {{ part }}_manager_count,
            sum(case when {{ here }} then rep_count else 0 end) as {{ part }}_rep_count,
            sum(case when {{ here }} then rep_month_count else 0 end)
                as {{ part }}_rep_month_count,
            sum(case when {{ here }} then square_x else 0 end) as {{ part }}_square_x,
            sum(case when {{ here }} then square_y else 0 end) as {{ part }}_square_y,
            sum(case when {{ here }} then product_xy else 0 end) as {{ part }}_product_xy
            {{- ',' if not loop.last }}
        {% endfor %}
    from sums
    group by {{ key | join(', ') }}
),

-- What is tested at all. It hangs on how much there is, never on what it says.
-- Numbered, because the draws below pass tens of millions of rows.
enough as (
    select
        observed.*,
        asked.shares_cases,
        row_number() over (
            order by
                {% for column in key %}
                    observed.{{ column }}{{ ',' if not loop.last }}
                {% endfor %}
        ) as cell_number
    from observed
    inner join asked
        on
            {% for column in key %}
                {{ 'and ' if not loop.first }}observed.{{ column }} = asked.{{ column }}
            {% endfor %}
    where
        observed.learning_manager_count >= 10
        and observed.learning_rep_month_count >= 200
        and observed.hold_out_manager_count >= 10
        and observed.hold_out_rep_month_count >= 100
        and observed.learning_square_x > 0
        and observed.learning_square_y > 0
        and observed.hold_out_square_x > 0
        and observed.hold_out_square_y > 0
),

tested as (
    select
        *,
        min(case when lag_months = 0 then cell_number end) over (
            partition by {{ key[:4] | join(', ') }}
        ) as at_once_number
    from enough
),

cells as (
    select
        tested.cell_number,
        sums.is_hold_out,
        sums.manager_id,
        sums.square_x,
        sums.square_y,
        sums.product_xy
    from sums
    inner join tested
        on
            {% for column in key %}
                {{ 'and ' if not loop.first }}sums.{{ column }} = tested.{{ column }}
            {% endfor %}
),

resampled as (
    select
        cells.cell_number,
        cells.is_hold_out,
        draws.replicate_number,
        cast(sum(draws.draw_count * cells.square_x) as double) as square_x,
        cast(sum(draws.draw_count * cells.square_y) as double) as square_y,
        cast(sum(draws.draw_count * cells.product_xy) as double) as product_xy
    from cells
    inner join draws on cells.manager_id = draws.manager_id
    group by cells.cell_number, cells.is_hold_out, draws.replicate_number
),

correlated as (
    select
        cell_number,
        is_hold_out,
        replicate_number,
        least(0.999999e0, greatest(
            -0.999999e0,
            cast(product_xy as double) / cast(sqrt(square_x * square_y) as double)
        )) as correlation
    from resampled
    where square_x > 0 and square_y > 0
),

-- Fisher's z in millionths: whole numbers again, so that their sums are the same on every run.
replicates as (
    select
        cell_number,
        is_hold_out,
        replicate_number,
        cast(round(500000e0 * ln(
            cast(1e0 + correlation as double) / cast(1e0 - correlation as double)
        )) as bigint) as z
    from correlated
),

spreads as (
    select
        cell_number,
        {% for part in parts %}
            {% set here = 'is_hold_out' if part == 'hold_out' else 'not is_hold_out' %}
            cast(sum(case when {{ here }} then 1 else 0 end) as double) as {{ part }}_replicates,
            cast(sum(case when {{ here }} then z else 0 end) as double) as {{ part }}_z,
            cast(sum(case when {{ here }} then z * z else 0 end) as double) as {{ part }}_zz
            {{- ',' if not loop.last }}
        {% endfor %}
    from replicates
    group by cell_number
),

-- How much a lag and the same month vary together: the same managers were drawn for both.
common_sums as (
    select
        later.cell_number,
        cast(count(*) as double) as replicates,
        cast(sum(later.z) as double) as sum_z,
        cast(sum(at_once.z) as double) as sum_w,
        cast(sum(later.z * later.z) as double) as sum_zz,
        cast(sum(at_once.z * at_once.z) as double) as sum_ww,
        cast(sum(later.z * at_once.z) as double) as sum_zw
    from replicates as later
    inner join tested
        on later.cell_number = tested.cell_number and tested.lag_months > 0
    inner join replicates as at_once
        on
            tested.at_once_number = at_once.cell_number
            and later.replicate_number = at_once.replicate_number
    where not later.is_hold_out and not at_once.is_hold_out
    group by later.cell_number
),

common_spreads as (
    select
        cell_number,
        replicates,
        sum_zz - cast(sum_z * sum_z as double) / cast(replicates as double) as square_z,
        sum_ww - cast(sum_w * sum_w as double) / cast(replicates as double) as square_w,
        sum_zw - cast(sum_z * sum_w as double) / cast(replicates as double) as product_zw
    from common_sums
    where replicates > 1
),

-- The bootstrap of few managers is too narrow: it is widened by managers / (managers - 2).
measured as (
    select
        {% for column in key + ['cell_number', 'at_once_number', 'shares_cases'] %}
            tested.{{ column }},
        {% endfor %}
        {% for part in parts %}
            {% set r = 'tested.' ~ part ~ '_product_xy' %}
            {% set managers = 'cast(tested.' ~ part ~ '_manager_count as double)' %}
            cast({{ r }} as double) / sqrt(
                cast(tested.{{ part }}_square_x as double)
                * cast(tested.{{ part }}_square_y as double)
            ) as {{ part }}_correlation,
            {{ managers }} - 2e0 as {{ part }}_freedom,
            case
                when spreads.{{ part }}_replicates > 1
                    then spreads.{{ part }}_zz - cast(
                        spreads.{{ part }}_z * spreads.{{ part }}_z as double
                    ) / cast(spreads.{{ part }}_replicates as double)
            end as {{ part }}_squares,
            spreads.{{ part }}_replicates
            {{- ',' if not loop.last }}
        {% endfor %}
    from tested
    inner join spreads on tested.cell_number = spreads.cell_number
),

transformed as (
    select
        *,
        {% for part in parts %}
            {% set r = 'least(0.999999e0, greatest(-0.999999e0, ' ~ part ~ '_correlation))' %}
            0.5e0 * ln(cast(1e0 + {{ r }} as double) / cast(1e0 - {{ r }} as double))
                as {{ part }}_z,
            sqrt(
                cast({{ part }}_squares * ({{ part }}_freedom + 2e0) as double)
                / cast(({{ part }}_replicates - 1e0) * {{ part }}_freedom as double)
            ) / 1000000e0 as {{ part }}_error
            {{- ',' if not loop.last }}
        {% endfor %}
    from measured
    where learning_squares > 0 and hold_out_squares > 0
),

-- Student's t with (managers - 2) degrees of freedom by Wallace's approximation, which is exact
-- enough from eight on: to a normal deviate for p, and for the intervals the other way round.
narrowed as (
    select
        *,
        {% for part in parts %}
            cast(8e0 * {{ part }}_freedom + 1e0 as double)
            / cast(8e0 * {{ part }}_freedom + 3e0 as double) as {{ part }}_narrow
            {{- ',' if not loop.last }}
        {% endfor %}
    from transformed
),

judged as (
    select
        *,
        learning_narrow * sqrt(
            learning_freedom * ln(
                1e0 + cast(learning_z * learning_z as double)
                / cast(learning_error * learning_error * learning_freedom as double)
            )
        ) as deviate,
        sqrt(learning_freedom * (exp(
            cast(power(
                cast(1.6448536269514722e0 as double) / cast(learning_narrow as double), 2
            ) as double)
            / cast(learning_freedom as double)
        ) - 1e0)) as margin_quantile,
        {% for part in parts %}
            {{ part }}_error * sqrt({{ part }}_freedom * (exp(
                cast(power(
                    cast(1.959963984540054e0 as double) / cast({{ part }}_narrow as double), 2
                ) as double) / cast({{ part }}_freedom as double)
            ) - 1e0)) as {{ part }}_half
            {{- ',' if not loop.last }}
        {% endfor %}
    from narrowed
),

-- The tail of the normal distribution on both sides, by Chebyshev's series of erfc (to seven digits
-- at any distance).
tails as (
    select
        *,
        cast(1e0 as double) / cast(1e0 + deviate * 0.35355339059327373e0 as double) as tau
    from judged
),

likely as (
    select
        *,
        least(1e0, tau * exp(
            -0.5e0 * deviate * deviate - 1.26551223e0 + tau * (1.00002368e0 + tau * (0.37409196e0
            + tau * (0.09678418e0 + tau * (-0.18628806e0 + tau * (0.27886807e0 + tau * (
                -1.13520398e0 + tau * (1.48851587e0 + tau * (-0.82215223e0 + tau * 0.17087277e0))
            )))))
        ))) as p_value
    from tails
),

-- Benjamini and Hochberg over all pairs and lags that were tested. Pairs that share their cases are
-- a family of their own: many sure findings in it would lower the bar for all others.
ordered as (
    select
        *,
        cast(row_number() over (
            partition by shares_cases order by p_value asc, {{ key | join(', ') }}
        ) as double) as test_rank,
        cast(count(*) over (partition by shares_cases) as double) as test_count,
        row_number() over (
            partition by {{ key[:4] | join(', ') }}
            order by case when lag_months = 0 then 1 else 0 end asc, deviate desc, lag_months asc
        ) as later_rank,
        row_number() over (
            partition by {{ key[:4] | join(', ') }} order by deviate desc, lag_months asc
        ) as any_rank
    from likely
),

controlled as (
    select
        *,
        -- Times a quotient of at least 1, so that no q-value is below its p-value.
        min(least(
            1e0, p_value * (cast(test_count as double) / cast(test_rank as double))
        )) over (
            partition by shares_cases
            order by test_rank desc rows between unbounded preceding and current row
        ) as q_value
    from ordered
),

-- Stronger than in the same month by more than chance: a slow habit goes with its outcome at every
-- lag, and which of the lags looks strongest is then an accident.
margins as (
    select
        later.cell_number,
        abs(later.learning_z) - abs(at_once.learning_z) as margin,
        cast(sqrt(greatest(0e0, cast(
            (common.square_z + common.square_w)
            - 2e0 * sign(later.learning_z) * sign(at_once.learning_z) * common.product_zw as double
        ) * (later.learning_freedom + 2e0) / cast(
            (common.replicates - 1e0) * later.learning_freedom as double
        ))) as double) / 1000000e0 as margin_error,
        later.margin_quantile
    from controlled as later
    inner join controlled as at_once on later.at_once_number = at_once.cell_number
    inner join common_spreads as common on later.cell_number = common.cell_number
    where later.lag_months > 0
),

answered as (
    select
        controlled.*,
        controlled.q_value <= 0.05e0 as is_significant,
        controlled.learning_z * controlled.hold_out_z > 0
        and abs(controlled.hold_out_z) > controlled.hold_out_half as is_confirmed,
        case
            when controlled.lag_months > 0 then coalesce(
                margins.margin > margins.margin_quantile * margins.margin_error, false
            )
        end as is_stronger_than_same_month
    from controlled
    left join margins on controlled.cell_number = margins.cell_number
),

verdicts as (
    select
        {{ key[:4] | join(',\n        ') }},
        max(case
            when
                lag_months > 0 and later_rank = 1 and not shares_cases
                and is_significant and is_confirmed and is_stronger_than_same_month
                then lag_months
        end) as leading_lag_months,
        max(case
            when lag_months = 0 and not shares_cases and is_significant and is_confirmed
                then 1
            else 0
        end) as moves_with,
        max(case when any_rank = 1 then lag_months end) as likeliest_lag_months
    from answered
    group by {{ key[:4] | join(', ') }}
),

final as (
    select
        {% for column in key %}
            {{ 'cast(asked.lag_months as integer) as lag_months' if column == 'lag_months'
                else 'asked.' ~ column }},
        {% endfor %}
        case
            when verdicts.leading_indicator_id is null then 'too_little_data'
            when verdicts.leading_lag_months is not null then 'leads'
            when verdicts.moves_with = 1 then 'moves_with'
            else 'no_sign'
        end as verdict,
        asked.lag_months = case
            when verdicts.leading_lag_months is not null then verdicts.leading_lag_months
            when verdicts.moves_with = 1 then 0
            else coalesce(verdicts.likeliest_lag_months, 0)
        end as is_best_lag,
        answered.learning_correlation as correlation,
        {% for part in parts %}
            {% for name, side in {'low': '-', 'high': '+'}.items() %}
                {% set z = '(answered.' ~ part ~ '_z ' ~ side ~ ' answered.' ~ part ~ '_half)' %}
                1e0 - cast(2e0 as double) / cast(exp(2e0 * {{ z }}) + 1e0 as double)
                    as {{ 'hold_out_' if part == 'hold_out' }}correlation_{{ name }},
            {% endfor %}
            {% if part == 'learning' %}
                answered.p_value,
                answered.q_value,
                cast(coalesce(observed.learning_rep_month_count, 0) as bigint) as rep_month_count,
                cast(coalesce(observed.learning_rep_count, 0) as bigint) as rep_count,
                cast(coalesce(observed.learning_manager_count, 0) as bigint) as manager_count,
                answered.hold_out_correlation,
            {% endif %}
        {% endfor %}
        cast(coalesce(observed.hold_out_rep_month_count, 0) as bigint)
            as hold_out_rep_month_count,
        cast(coalesce(observed.hold_out_rep_count, 0) as bigint) as hold_out_rep_count,
        cast(coalesce(observed.hold_out_manager_count, 0) as bigint) as hold_out_manager_count,
        answered.is_significant,
        answered.is_confirmed,
        answered.is_stronger_than_same_month,
        answered.learning_z * asked.hoped_sign > 0 as is_as_hoped,
        asked.shares_cases,
        cast(
            observed.last_month_number - observed.hold_out_month_number + 1 as integer
        ) as hold_out_month_count,
        cast(
            observed.hold_out_month_number - observed.first_month_number as integer
        ) as learning_month_count,
        case when answered.lag_months is null then 'too_few' end as reason_code
    from asked
    left join observed
        on
            {% for column in key %}
                {{ 'and ' if not loop.first }}asked.{{ column }} = observed.{{ column }}
            {% endfor %}
    left join answered
        on
            {% for column in key %}
                {{ 'and ' if not loop.first }}asked.{{ column }} = answered.{{ column }}
            {% endfor %}
    left join verdicts
        on
            {% for column in key[:4] %}
                {{ 'and ' if not loop.first }}asked.{{ column }} = verdicts.{{ column }}
            {% endfor %}
)

select * from final
