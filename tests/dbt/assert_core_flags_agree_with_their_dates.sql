-- Risk: a flag that says other than the columns beside it counts a row in one figure and not in the
-- next.
{{ config(
    severity='warn',
    meta={
        'rule_id': 'CORE-FLAGS-AGREE',
        'sentence': 'Deleted records are flagged, pushes have days, regressions are no skips, '
            ~ 'weekdays are the first five days, and groups have more than one attendee.',
        'severity': 'warning',
        'owner': 'data team',
    }
) }}
with

faults as (
    {% for table, key in [
        ('dim_person', 'person_id'),
        ('dim_account', 'account_id'),
        ('fct_opportunity', 'opportunity_id'),
        ('fct_activity', 'activity_id'),
        ('fct_coaching_session', 'session_id'),
        ('fct_coaching_action', 'action_id'),
        ('fct_training', 'training_id'),
        ('fct_quota', 'quota_id'),
        ('fct_forecast', 'forecast_id'),
        ('fct_lead', 'lead_id'),
        ('fct_opportunity_line', 'opportunity_line_id'),
        ('fct_opportunity_contact', 'opportunity_contact_id'),
        ('dim_contact', 'contact_id'),
    ] -%}
        select
            '{{ table }}' as object,
            {{ key }} as record_id
        from {{ ref(table) }}
        where
            is_deleted is null
            or has_rejected_newer_version is null
            or (deleted_date is not null and not is_deleted)
        union all
    {% endfor %}
    select
        'fct_opportunity' as object,
        opportunity_id as record_id
    from {{ ref('fct_opportunity') }}
    where reopening_count < 0
    union all
    select
        'fct_opportunity_version' as object,
        opportunity_id as record_id
    from {{ ref('fct_opportunity_version') }}
    where is_close_date_push <> (coalesce(close_date_push_days, 0) > 0)
    union all
    select
        'fct_opportunity_stage' as object,
        opportunity_id as record_id
    from {{ ref('fct_opportunity_stage') }}
    where
        is_inferred is null
        or is_reopening is null
        or (is_regression and is_skip)
    union all
    select
        'fct_coaching_session' as object,
        session_id as record_id
    from {{ ref('fct_coaching_session') }}
    where
        matched_attendee_count > attendee_count
        or is_group <> (attendee_count > 1)
        or (is_deal_coaching and opportunity_id is null)
        or (is_held and (cancelled_by is not null or moved_from_date = session_date))
    union all
    select
        'dim_date' as object,
        cast(date_day as {{ dbt.type_string() }}) as record_id
    from {{ ref('dim_date') }}
    where is_weekday <> (day_of_week_iso <= 5)
)

select
    object,
    record_id
from faults
