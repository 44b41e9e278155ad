-- AC-02 depth of relationships: how many contacts an account has, and at how many levels, on the
-- last day of the period, for the organisation of the account's owner on that day. Beside it, the
-- deals that were begun with accounts that had bought before, for whoever owned the deal first.
with

clock as (
    select * from {{ ref('dim_clock') }}
),

accounts as (
    select * from {{ ref('dim_account') }}
    where not is_deleted
),

contacts as (
    select * from {{ ref('dim_contact') }}
    where not is_deleted and merged_into_contact_id is null and account_id is not null
),

opportunities as (
    select * from {{ ref('fct_opportunity') }}
    where not is_deleted and account_id is not null
),

first_versions as (
    select
        opportunity_id,
        owner_id
    from {{ ref('fct_opportunity_version') }}
    where version_number = 1
),

org_versions as (
    select * from {{ ref('dim_org_version') }}
),

date_periods as (
    select * from {{ ref('bridge_date_period') }}
),

grains as (
    select * from {{ ref('ind_registry_grain') }}
    where indicator_id = 'AC-02'
),

published_grains as (
    select period_grain
    from grains
    where measure_id = 'contacts'
    group by period_grain
),

-- No stock is taken before the first account or contact that is known was made.
first_day as (
    select min(created_date) as first_date from contacts
),

periods as (
    select
        p.period_grain,
        p.period_start,
        p.stock_date
    from {{ ref('ind_period_day') }} as p
    cross join first_day
    inner join published_grains as g on p.period_grain = g.period_grain
    where p.stock_date >= coalesce(first_day.first_date, p.period_start)
),

contact_periods as (
    select
        contacts.account_id,
        periods.period_grain,
        periods.period_start,
        count(*) as contact_count,
        count(distinct lower(trim(contacts.job_level))) as level_count
    from contacts
    inner join periods on coalesce(contacts.created_date <= periods.stock_date, true)
    group by contacts.account_id, periods.period_grain, periods.period_start
),

account_periods as (
    select
        org_versions.org_key,
        periods.period_grain,
        periods.period_start,
        coalesce(contact_periods.contact_count, 0) as contact_count,
        case when contact_periods.level_count >= 2 then 1 else 0 end as is_multi_level
    from accounts
    inner join periods on coalesce(accounts.created_date <= periods.stock_date, true)
    inner join org_versions
        on
            accounts.owner_id = org_versions.person_id
            and periods.stock_date >= org_versions.valid_from
            and periods.stock_date < org_versions.valid_to
    left join contact_periods
        on
            accounts.account_id = contact_periods.account_id
            and periods.period_grain = contact_periods.period_grain
            and periods.period_start = contact_periods.period_start
    where exists (select 1 from contacts)
),

first_wins as (
    select
        account_id,
        min(close_date) as first_win_date
    from opportunities
    where is_won and is_closed
    group by account_id
),

repeat_deals as (
    select
        opportunities.created_date,
        org_versions.org_key
    from opportunities
    cross join clock
    inner join first_wins on opportunities.account_id = first_wins.account_id
    left join first_versions on opportunities.opportunity_id = first_versions.opportunity_id
    inner join org_versions
        on
            coalesce(first_versions.owner_id, opportunities.owner_id, '(unassigned)')
            = org_versions.person_id
            and opportunities.created_date >= org_versions.valid_from
            and opportunities.created_date < org_versions.valid_to
    where
        opportunities.created_date <= clock.as_of_date
        and first_wins.first_win_date < opportunities.created_date
),

measures as (
    select
        'contacts' as measure_id,
        org_key,
        period_grain,
        period_start,
        sum(contact_count) as numerator,
        count(*) as denominator,
        count(*) as observation_count
    from account_periods
    group by org_key, period_grain, period_start
    union all
    select
        'two_levels' as measure_id,
        org_key,
        period_grain,
        period_start,
        sum(is_multi_level) as numerator,
        count(*) as denominator,
        count(*) as observation_count
    from account_periods
    group by org_key, period_grain, period_start
    union all
    select
        'new_deals' as measure_id,
        repeat_deals.org_key,
        date_periods.period_grain,
        date_periods.period_start,
        count(*) as numerator,
        0 as denominator,
        count(*) as observation_count
    from repeat_deals
    inner join date_periods on repeat_deals.created_date = date_periods.date_day
    group by repeat_deals.org_key, date_periods.period_grain, date_periods.period_start
),

final as (
    select
        'AC-02' as indicator_id,
        measures.measure_id,
        measures.org_key,
        measures.period_grain,
        measures.period_start,
        'all' as dimension,
        'all' as member,
        'none' as currency_code,
        cast(measures.numerator as decimal(28, 6)) as numerator,
        cast(measures.denominator as decimal(28, 6)) as denominator,
        cast(measures.observation_count as bigint) as observation_count
    from measures
    inner join grains
        on
            measures.measure_id = grains.measure_id
            and measures.period_grain = grains.period_grain
            and grains.dimension = 'all'
)

select * from final
