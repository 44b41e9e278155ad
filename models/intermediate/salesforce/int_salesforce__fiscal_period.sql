-- A period's label bears its year; where it does not, the year around it says which it is: by that
-- one's label, else by the day on which it ends.
with

periods as (
    select
        period_id,
        period_type,
        period_number,
        period_start_date,
        period_end_date,
        coalesce(period_label, quarter_label) as period_label,
        try_cast(nullif(regexp_extract(period_label, '([12][0-9]{3})', 1), '') as integer)
            as labelled_year,
        _source_file,
        _source_row
    from {{ ref('stg_salesforce__period') }}
    where row_status = 'accepted' and period_type in ('month', 'quarter', 'year')
),

years as (
    select * from periods
    where period_type = 'year'
),

placed as (
    select
        periods.*,
        years.labelled_year as around_labelled_year,
        years.period_end_date as around_end_date,
        row_number() over (
            partition by periods.period_id
            order by years.period_start_date asc nulls last, years.period_id asc nulls last
        ) as choice
    from periods
    left join years
        on
            periods.period_start_date >= years.period_start_date
            and periods.period_end_date <= years.period_end_date
),

dated as (
    select
        *,
        coalesce(
            labelled_year,
            around_labelled_year,
            year(coalesce(around_end_date, period_end_date))
        ) as fiscal_year
    from placed
    where choice = 1
),

final as (
    select
        'salesforce' as source_system,
        cast(fiscal_year as integer) as fiscal_year,
        period_type,
        coalesce(
            period_number,
            cast(row_number() over (
                partition by fiscal_year, period_type
                order by period_start_date asc nulls last, period_id asc nulls last
            ) as integer)
        ) as period_number,
        period_start_date as period_start,
        period_end_date as period_end,
        period_label,
        _source_file,
        _source_row
    from dated
)

select * from final
